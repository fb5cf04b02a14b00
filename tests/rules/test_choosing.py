from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.rules.audience import CHECKS, Condition, Page, Placement, Reader, holds
from masthead.rules.choosing import (
    OVERLAYS,
    Appeal,
    BadSnapshot,
    Choice,
    Chooser,
    Reason,
    Snapshot,
    Variant,
    choose,
    day_of,
)
from masthead.rules.showings import Caps, appeal_mark
from masthead.rules.splitting import draw, is_held_out

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
TODAY = day_of(NOW)
END, BANNER, LETTER, INLINE = Placement.END_OF_ARTICLE, Placement.BANNER, Placement.LETTER, Placement.INLINE
PAGE = Page(section="politics", topics=("elections",), language="en", placements=tuple(Placement))
DEDICATED = Reader(seed=b"reader-1", reads=7, country="US", device="mobile")


def make_appeal(key: str, *placements: Placement, **changes: object) -> Appeal:
    plain = Appeal(
        key=key,
        name=key.title(),
        placements=placements or (END,),
        audience=(),
        starts_at=None,
        ends_at=None,
        cap_showings=4,
        cap_days=30,
        closed_days=7,
        not_now_days=30,
        variants=(Variant(key="a", weight=1, html="<p>Thank you.</p>"),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def make_snapshot(*appeals: Appeal, **changes: object) -> Snapshot:
    plain = Snapshot(
        version="1", dedicated_reads=5, window_days=30, appeals=appeals, sections=("politics",), topics=("elections",)
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def shown(choice: Choice) -> dict[Placement, str]:
    return {placement: chosen.appeal.key for placement, chosen in choice.appeals.items()}


def why(choice: Choice) -> dict[tuple[str, Placement], Reason]:
    return {place: refusal.reason for place, refusal in choice.refusals().items()}


def why_not(appeal: Appeal, reader: Reader = DEDICATED, page: Page = PAGE, **changes: object) -> Reason | None:
    """The reason why this one appeal does not show at its first placement."""
    choice = choose(make_snapshot(appeal, **changes), reader, page, NOW)
    return why(choice).get((appeal.key, appeal.placements[0]))


class TestChoosing:
    def test_the_first_that_suits_wins(self) -> None:
        snapshot = make_snapshot(
            make_appeal("sport", audience=(Condition("section_in", ("sport",)),)),
            make_appeal("first"),
            make_appeal("second"),
        )
        choice = choose(snapshot, DEDICATED, PAGE, NOW)
        assert shown(choice) == {END: "first"}
        assert why(choice)[("sport", END)] is Reason.AUDIENCE
        assert why(choice)[("second", END)] is Reason.PRIORITY
        assert str(choice.refusals()[("second", END)]) == "“First” comes first."

    def test_each_placement_has_its_own(self) -> None:
        snapshot = make_snapshot(make_appeal("end"), make_appeal("inline", INLINE), make_appeal("banner", BANNER))
        assert shown(choose(snapshot, DEDICATED, PAGE, NOW)) == {END: "end", INLINE: "inline", BANNER: "banner"}

    def test_a_page_without_room_gets_nothing(self) -> None:
        choice = choose(make_snapshot(make_appeal("end")), DEDICATED, PAGE._replace(placements=()), NOW)
        assert not choice.appeals
        assert not choice.refusals()

    def test_an_appeal_shows_once_a_view(self) -> None:
        choice = choose(make_snapshot(make_appeal("both", INLINE, END)), DEDICATED, PAGE, NOW)
        assert shown(choice) == {INLINE: "both"}
        assert why(choice)[("both", END)] is Reason.ALREADY_SHOWN

    def test_takes_the_next_of_its_placements_where_the_first_is_taken(self) -> None:
        snapshot = make_snapshot(make_appeal("end"), make_appeal("both", END, INLINE))
        choice = choose(snapshot, DEDICATED, PAGE, NOW)
        assert shown(choice) == {END: "end", INLINE: "both"}

    @pytest.mark.parametrize(("first", "second"), [(BANNER, LETTER), (LETTER, BANNER)])
    def test_at_most_one_of_banner_and_letter(self, first: Placement, second: Placement) -> None:
        choice = choose(make_snapshot(make_appeal("one", first), make_appeal("two", second)), DEDICATED, PAGE, NOW)
        assert shown(choice) == {first: "one"}
        assert why(choice)[("two", second)] is Reason.OVERLAY

    def test_the_variant_is_drawn_by_the_readers_seed(self) -> None:
        variants = tuple(Variant(key=key, weight=weight, html="") for key, weight in (("a", 1), ("b", 0), ("c", 1)))
        chooser = Chooser(make_snapshot(make_appeal("test", variants=variants)))
        keys = {
            chooser.choose(DEDICATED._replace(seed=bytes([n]) * 8), PAGE, NOW).appeals[END].variant.key
            for n in range(50)
        }
        assert keys == {"a", "c"}


class TestRefusing:
    def test_what_suits_is_not_refused(self) -> None:
        assert why_not(make_appeal("end")) is None

    def test_for_the_placement(self) -> None:
        choice = choose(make_snapshot(make_appeal("banner", BANNER)), DEDICATED, PAGE, NOW)
        assert why(choice)[("banner", END)] is Reason.PLACEMENT

    def test_members_are_never_asked_unless_the_site_asks_them(self) -> None:
        member = DEDICATED._replace(is_member=True)
        assert why_not(make_appeal("end"), member) is Reason.MEMBER
        assert why_not(make_appeal("end"), member, ask_members=True) is None
        for_members = make_appeal("end", audience=(Condition("membership_in", ("member",)),))
        assert why_not(for_members, member, ask_members=True) is None
        assert why_not(for_members, DEDICATED, ask_members=True) is Reason.AUDIENCE

    def test_the_holdout_is_never_asked(self) -> None:
        assert why_not(make_appeal("end"), holdout_percent=100) is Reason.HOLDOUT

    def test_not_now_keeps_everything_quiet_up_to_its_day(self) -> None:
        assert why_not(make_appeal("end"), DEDICATED._replace(quiet_until=TODAY + 1)) is Reason.QUIET
        assert why_not(make_appeal("end"), DEDICATED._replace(quiet_until=TODAY)) is None

    def test_schedule_is_half_open(self) -> None:
        second = timedelta(microseconds=1)
        assert why_not(make_appeal("end", starts_at=NOW)) is None
        assert why_not(make_appeal("end", starts_at=NOW + second)) is Reason.NOT_YET
        assert why_not(make_appeal("end", ends_at=NOW)) is Reason.OVER
        assert why_not(make_appeal("end", ends_at=NOW + second)) is None

    def test_schedule_is_read_in_its_own_zone(self) -> None:
        tokyo = timezone(timedelta(hours=9))
        assert why_not(make_appeal("end", starts_at=datetime(2026, 3, 9, 21, tzinfo=tokyo))) is None
        assert why_not(make_appeal("end", starts_at=datetime(2026, 3, 9, 21, 1, tzinfo=tokyo))) is Reason.NOT_YET

    def test_the_cap_rests_for_its_days(self) -> None:
        mark = appeal_mark("end")
        caps = Caps()
        for day in range(4):
            assert why_not(make_appeal("end"), DEDICATED._replace(caps=caps)) is None
            caps = caps.shown(mark, TODAY - 29 + day, 30)
        assert why_not(make_appeal("end"), DEDICATED._replace(caps=caps)) is Reason.CAP
        assert why_not(make_appeal("end", cap_days=26), DEDICATED._replace(caps=caps)) is None
        assert why_not(make_appeal("end", cap_days=27), DEDICATED._replace(caps=caps)) is Reason.CAP
        assert why_not(make_appeal("end", cap_showings=0), DEDICATED._replace(caps=caps)) is None

    def test_a_closed_one_stays_quiet_up_to_its_day_and_alone(self) -> None:
        closed = DEDICATED._replace(caps=Caps().quieted(appeal_mark("end"), TODAY + 1))
        snapshot = make_snapshot(make_appeal("end"), make_appeal("other"))
        choice = choose(snapshot, closed, PAGE, NOW)
        assert shown(choice) == {END: "other"}
        assert why(choice)[("end", END)] is Reason.CLOSED
        assert shown(choose(snapshot, closed, PAGE, NOW + timedelta(days=1))) == {END: "end"}

    def test_without_storage_only_what_needs_no_count_is_asked(self) -> None:
        refused = DEDICATED._replace(reads=None)
        assert why_not(make_appeal("end"), refused) is None
        counting = make_appeal("end", variants=(Variant(key="a", weight=1, html="You read {reads}."),))
        assert why_not(counting, refused) is Reason.STORAGE
        for kind in ("reads_at_least", "reads_at_most"):
            assert why_not(make_appeal("end", audience=(Condition(kind, (0,)),)), refused) is Reason.AUDIENCE

    def test_a_condition_that_is_not_understood_suits_nobody(self) -> None:
        for condition in (
            Condition("moon_in", ("full",)),
            Condition("reads_at_least", ("five",)),
            Condition("reads_at_least", ()),
            Condition("reads_at_least", (-1,)),
            Condition("section_in", ()),
            Condition("section_out", (3,)),
        ):
            assert why_not(make_appeal("end", audience=(condition,))) is Reason.AUDIENCE

    @pytest.mark.parametrize("variants", [(), (Variant(key="a", weight=0, html=""),)])
    def test_without_a_variant_to_show(self, variants: tuple[Variant, ...]) -> None:
        assert why_not(make_appeal("end", variants=variants)) is Reason.NO_VARIANT

    def test_every_refusal_is_a_sentence(self) -> None:
        audience = tuple(Condition(kind, (500 if check.cuts else "x",)) for kind, check in CHECKS.items())
        for condition in audience:
            appeal = make_appeal("end", audience=(condition,))
            for refusal in choose(make_snapshot(appeal), DEDICATED, PAGE, NOW).refusals().values():
                assert refusal.sentence.endswith(".")
                assert refusal.sentence[0].isupper()


class TestSnapshotThatCannotBe:
    @pytest.mark.parametrize(
        "appeals",
        [
            (make_appeal("twice"), make_appeal("twice", BANNER)),
            (make_appeal("zoneless", starts_at=datetime(2026, 1, 1)),),
            (make_appeal("negative", closed_days=-1),),
            (make_appeal("negative", variants=(Variant(key="a", weight=-1, html=""),)),),
            (make_appeal("same", variants=(Variant(key="a", weight=1, html=""),) * 2),),
        ],
    )
    def test_is_refused_whole(self, appeals: tuple[Appeal, ...]) -> None:
        with pytest.raises(BadSnapshot):
            Chooser(make_snapshot(*appeals))


# ---- The law: however it is remembered, the choice is the one that a naive reading of the rules makes.

sections = st.sampled_from(["", "politics", "sport", "arts"])
topics = st.sampled_from(["elections", "obituaries", "harbour"])
languages = st.sampled_from(["", "en", "en-gb", "he", "pt-br"])
countries = st.sampled_from(["", "US", "GB", "IL"])
devices = st.sampled_from(["", "mobile", "tablet", "desktop"])
numbers = st.integers(0, 9)
moments = st.sampled_from([NOW + timedelta(days=days) for days in (-2, -1, 0, 1, 2)])


def _conditions(kinds: list[str], words: st.SearchStrategy[str]) -> st.SearchStrategy[Condition]:
    return st.builds(
        lambda kind, drawn: Condition(kind, tuple(drawn)), st.sampled_from(kinds), st.lists(words, max_size=2)
    )


# What a view is made of, how it varies, and the conditions that hang on it.
FACETS: dict[str, tuple[st.SearchStrategy[object], st.SearchStrategy[Condition]]] = {
    "reads": (
        st.none() | numbers,
        st.builds(
            lambda kind, number: Condition(kind, (number,)),
            st.sampled_from(["reads_at_least", "reads_at_most"]),
            numbers,
        ),
    ),
    "section": (sections, _conditions(["section_in", "section_out"], sections)),
    "topics": (st.lists(topics, max_size=2).map(tuple), _conditions(["topic_in", "topic_out"], topics)),
    "language": (languages, _conditions(["language_in"], languages)),
    "country": (countries, _conditions(["country_in"], countries)),
    "device": (devices, _conditions(["device_in"], devices)),
    "is_member": (st.booleans(), _conditions(["membership_in"], st.sampled_from(["member", "none"]))),
}
conditions = st.one_of(*(hanging for _, hanging in FACETS.values()), _conditions(["unheard_of"], sections))
variants = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["", "{reads}"])), max_size=3).map(
    lambda drawn: tuple(Variant(key=str(n), weight=weight, html=html) for n, (weight, html) in enumerate(drawn))
)
some_placements = st.lists(st.sampled_from(Placement), min_size=1, max_size=3).map(tuple)


def _appeals(count: int, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[Appeal, ...]]:
    """Appeals in order, each field as drawn, every other plain."""
    return st.lists(st.fixed_dictionaries({"placements": some_placements, **fields}), max_size=count).map(
        lambda drawn: tuple(replace(make_appeal(f"appeal {n}"), **each) for n, each in enumerate(drawn))
    )


snapshots = st.builds(
    lambda appeals, holdout, ask_members: make_snapshot(*appeals, holdout_percent=holdout, ask_members=ask_members),
    _appeals(
        12,
        audience=st.lists(conditions, max_size=2).map(tuple),
        starts_at=st.none() | moments,
        ends_at=st.none() | moments,
        cap_showings=st.integers(0, 3),
        cap_days=st.integers(0, 5),
        variants=variants | st.just((Variant(key="only", weight=1, html=""),)),
    ),
    st.sampled_from([0, 0, 0, 50]),
    st.booleans(),
)


def _touch(touched: list[tuple[int, bool, int]]) -> Caps:
    caps = Caps()
    for number, is_closed, days in touched:
        mark = appeal_mark(f"appeal {number}")
        caps = caps.quieted(mark, TODAY + days) if is_closed else caps.shown(mark, TODAY + min(days, 0), 5)
    return caps


readers = st.builds(
    Reader,
    st.binary(min_size=8, max_size=8),
    st.none() | numbers,
    st.sampled_from([False, False, True]),
    countries,
    devices,
    st.lists(st.tuples(st.integers(0, 11), st.booleans(), st.integers(-6, 6)), max_size=8).map(_touch),
    st.sampled_from([0, 0, 0, TODAY, TODAY + 1]),
)
pages = st.builds(
    Page,
    sections,
    st.lists(topics | st.just("unknown"), max_size=3).map(tuple),
    languages,
    st.lists(st.sampled_from(Placement), max_size=5).map(tuple),
)


def suits(appeal: Appeal, reader: Reader, page: Page, now: datetime) -> bool:
    """The rules of one appeal, read one after the other."""
    cap = reader.caps.get(appeal_mark(appeal.key))
    counts = any("{reads}" in variant.html for variant in appeal.variants) or any(
        condition.kind.startswith("reads_") for condition in appeal.audience
    )
    return (
        all(holds(condition, reader, page) for condition in appeal.audience)
        and not (reader.reads is None and counts)
        and (appeal.starts_at is None or appeal.starts_at <= now)
        and (appeal.ends_at is None or now < appeal.ends_at)
        and not (
            cap
            and appeal.cap_showings
            and cap.showings >= appeal.cap_showings
            and day_of(now) < cap.last_day + appeal.cap_days
        )
        and not (cap and day_of(now) < cap.quiet_until)
        and any(variant.weight for variant in appeal.variants)
    )


def choose_naively(snapshot: Snapshot, reader: Reader, page: Page, now: datetime) -> dict[Placement, tuple[str, str]]:
    """The whole of the rules, without anything remembered."""
    found: dict[Placement, tuple[str, str]] = {}
    if (reader.is_member and not snapshot.ask_members) or is_held_out(reader.seed, snapshot.holdout_percent):
        return found
    if day_of(now) < reader.quiet_until:
        return found
    for appeal in snapshot.appeals:
        if not suits(appeal, reader, page, now):
            continue
        for placement in appeal.placements:
            crowded = placement in OVERLAYS and any(other in OVERLAYS for other in found)
            if placement in page.placements and placement not in found and not crowded:
                place = draw(reader.seed, appeal.key, [variant.weight for variant in appeal.variants])
                assert place is not None
                found[placement] = (appeal.key, appeal.variants[place].key)
                break
    return found


def assert_naive(snapshot: Snapshot, views: list[tuple[Reader, Page, datetime]]) -> None:
    """One chooser, whatever it remembers of the other views, chooses as the naive reading does."""
    chooser = Chooser(snapshot)
    for reader, page, now in [*views, *reversed(views)]:
        choice = chooser.choose(reader, page, now)
        found = {place: (chosen.appeal.key, chosen.variant.key) for place, chosen in choice.appeals.items()}
        assert found == choose_naively(snapshot, reader, page, now)


class TestTheLaw:
    @pytest.mark.parametrize("name", FACETS)
    @given(st.data(), readers, pages)
    def test_views_that_differ_in_one_thing_are_told_apart(
        self, name: str, data: st.DataObject, reader: Reader, page: Page
    ) -> None:
        ways, hanging = FACETS[name]
        appeals = data.draw(_appeals(4, audience=hanging.map(lambda condition: (condition,))))
        views = [
            (reader._replace(**{name: way}), page, NOW)  # type: ignore[arg-type]
            if name in Reader._fields
            else (reader, page._replace(**{name: way}), NOW)  # type: ignore[arg-type]
            for way in data.draw(st.lists(ways, min_size=2, max_size=6))
        ]
        assert_naive(make_snapshot(*appeals, ask_members=True), views)

    @given(
        _appeals(4, starts_at=st.none() | moments, ends_at=st.none() | moments),
        readers,
        pages,
        st.lists(moments, min_size=2, max_size=6),
    )
    def test_moments_are_told_apart(
        self, appeals: tuple[Appeal, ...], reader: Reader, page: Page, nows: list[datetime]
    ) -> None:
        assert_naive(make_snapshot(*appeals, ask_members=True), [(reader, page, now) for now in nows])

    @given(_appeals(6), readers, pages, st.lists(some_placements, min_size=2, max_size=6))
    def test_placements_are_told_apart(
        self, appeals: tuple[Appeal, ...], reader: Reader, page: Page, rooms: list[tuple[Placement, ...]]
    ) -> None:
        views = [(reader, page._replace(placements=room), NOW) for room in rooms]
        assert_naive(make_snapshot(*appeals, ask_members=True), views)

    @given(
        snapshots,
        st.lists(st.tuples(readers, pages, moments), min_size=1, max_size=6),
    )
    def test_what_is_remembered_changes_nothing(
        self, snapshot: Snapshot, views: list[tuple[Reader, Page, datetime]]
    ) -> None:
        assert_naive(snapshot, views)

    @given(snapshots, readers, pages, moments)
    def test_everything_else_is_refused_for_its_own_reason(
        self, snapshot: Snapshot, reader: Reader, page: Page, now: datetime
    ) -> None:
        choice = choose(snapshot, reader, page, now)
        refusals = why(choice)
        chosen = {(chosen.appeal.key, placement) for placement, chosen in choice.appeals.items()}
        every = {(appeal.key, placement) for appeal in snapshot.appeals for placement in page.placements}
        assert refusals.keys() == every - chosen
        crowd = {Reason.ALREADY_SHOWN, Reason.OVERLAY, Reason.PRIORITY}
        whole = {Reason.MEMBER, Reason.HOLDOUT, Reason.QUIET}
        by_key = {appeal.key: appeal for appeal in snapshot.appeals}
        for (key, placement), reason in refusals.items():
            assert (reason is Reason.PLACEMENT) == (placement not in by_key[key].placements)
            if reason in crowd:
                assert suits(by_key[key], reader, page, now)
            elif reason is not Reason.PLACEMENT and reason not in whole:
                assert not suits(by_key[key], reader, page, now)
            if reason is Reason.ALREADY_SHOWN:
                assert key in {other for other, _ in chosen}
            if reason is Reason.OVERLAY:
                assert placement in OVERLAYS
                assert placement not in choice.appeals
            if reason is Reason.PRIORITY:
                keys = list(by_key)
                assert keys.index(choice.appeals[placement].appeal.key) < keys.index(key)

    def test_made_up_words_make_no_cells(self) -> None:
        """A client may send any word it likes: what no audience speaks of is remembered as one."""
        chooser = Chooser(make_snapshot(make_appeal("end", audience=(Condition("section_in", ("politics",)),))))
        for n in range(500):
            word = f"made up {n}"
            reader = Reader(reads=n % 300, country=word, device=word)
            chooser.choose(reader, Page(word, (word,), word, (END,)), NOW)
        assert len(chooser._cells) == 1

    def test_what_is_remembered_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("masthead.rules.choosing.MAX_CELLS", 8)
        known = tuple(str(n) for n in range(100))
        chooser = Chooser(make_snapshot(make_appeal("end", audience=(Condition("section_out", known),))))
        for word in known:
            assert not chooser.choose(DEDICATED, PAGE._replace(section=word), NOW).appeals
            assert len(chooser._cells) <= 8
