"""The demonstration's pictures: all there, always the same, and readable."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from masthead.demo.pictures.drawings import DRAWINGS, PORTRAITS, make_drawing, make_portrait, make_signature
from masthead.demo.pictures.lettering import letter_strokes
from masthead.demo.pictures.press import Press, smooth

SMALL = 180


def opened(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file))


class TestMakeDrawing:
    @pytest.mark.parametrize("name", sorted(DRAWINGS))
    def test_prints_each_in_several_inks(self, name: str) -> None:
        picture = opened(make_drawing(name, width=SMALL))
        assert (picture.format, picture.size) == ("JPEG", (180, 120))
        colours = picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=8).getcolors()
        assert colours is not None
        assert len(colours) >= 4

    def test_is_the_same_each_time(self) -> None:
        assert make_drawing("ferry", width=SMALL) == make_drawing("ferry", width=SMALL)

    def test_differs_from_one_to_the_next(self) -> None:
        assert len({make_drawing(name, width=60) for name in DRAWINGS}) == len(DRAWINGS)

    def test_is_as_large_as_a_leading_picture_should_be(self) -> None:
        picture = opened(make_drawing("marsh"))
        assert picture.size == (1600, 1067)

    def test_knows_no_other_names(self) -> None:
        with pytest.raises(KeyError):
            make_drawing("kraken")


class TestMakePortrait:
    @pytest.mark.parametrize("name", PORTRAITS)
    def test_is_square(self, name: str) -> None:
        assert opened(make_portrait(name, width=SMALL)).size == (SMALL, SMALL)

    def test_differs_from_one_to_the_next(self) -> None:
        assert len({make_portrait(name, width=60) for name in PORTRAITS}) == len(PORTRAITS)


class TestMakeSignature:
    def test_is_ink_on_a_clear_ground(self) -> None:
        signature = opened(make_signature(width=300))
        assert (signature.format, signature.mode) == ("PNG", "RGBA")
        strength = signature.getchannel("A").histogram()
        assert strength[0] > 0.7 * sum(strength)
        assert strength[255] > 0


class TestThePress:
    def test_prints_an_ink_over_another(self) -> None:
        press = Press(width=80, height=80, seed="test")
        with press.block("white") as block:
            block.flood()
        with press.block("night") as block:
            block.bar(400, 400, 1200, 1200)
            block.disc(800, 800, 200, on=False)
        print_ = press.pull()
        inside, hole, outside = (sum(print_.getpixel(at)) for at in ((25, 25), (40, 40), (5, 5)))  # type: ignore[arg-type]
        assert inside < 250 < hole
        assert outside > 600

    def test_prints_nothing_from_an_empty_block(self) -> None:
        press, bare = Press(width=60, height=40, seed="test"), Press(width=60, height=40, seed="test")
        with press.block("night"):
            pass
        assert abs(sum(press.pull().getpixel((30, 20))) - sum(bare.pull().getpixel((30, 20)))) < 40  # type: ignore[arg-type]

    def test_draws_curves_through_their_points(self) -> None:
        points = [(0.0, 0.0), (10.0, 5.0), (20.0, 0.0)]
        curve = smooth(points, closed=False, steps=8)
        assert set(points) <= set(curve)
        assert len(curve) == 17


class TestLettering:
    def test_cuts_every_letter_within_its_height(self) -> None:
        for stroke in letter_strokes("ABCDEFGHIJKLMNOPRSTUVWXYZ0123456789&.-'", x=0, y=100, height=100):
            assert all(-1 <= y <= 103 for _x, y in stroke.points)

    def test_has_no_letter_that_was_not_cut(self) -> None:
        with pytest.raises(KeyError):
            list(letter_strokes("é", x=0, y=0, height=10))
