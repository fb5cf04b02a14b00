"""The read log: which articles a reader opened lately, as the few bytes the reader's own cookie carries."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from hashlib import blake2b

from masthead.rules.errors import MastheadError

MAX_READS = 300
SPAN_DAYS = 255
MAX_DAY = 0xFFFF
DEFAULT_WINDOW_DAYS = 30

_KEY_BYTES = 4
_NEWEST_DAY_BYTES = 2
READ_BYTES = _KEY_BYTES + 1
EMPTY_LOG_BYTES = _NEWEST_DAY_BYTES
_DAY_BYTE = tuple(bytes([low]) for low in range(256))


class BadReadLog(MastheadError):
    """These bytes are not a read log."""

    code = "bad_read_log"


def article_key(article: str) -> bytes:
    """Return the 4 bytes that stand for an article in a read log."""
    return blake2b(article.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest()


@dataclass(frozen=True, slots=True)
class ReadLog:
    """A reader's reads: each article once, with the newest day (days since 1970) on which it was opened.

    Reads stand oldest first, those of one day by key: `keys` holds 4 bytes a read, `days` the low byte of its day.
    Kept are the `MAX_READS` newest reads, none `SPAN_DAYS` or more older than the newest.
    """

    newest_day: int = 0
    keys: bytes = b""
    days: bytes = b""

    def __len__(self) -> int:
        return len(self.days)

    def __contains__(self, key: bytes) -> bool:
        return self._find(key) >= 0

    def read(self, key: bytes, day: int) -> ReadLog:
        """Return the log with this article read on this day; an article counts once, with its newest day."""
        if not 0 <= day <= MAX_DAY:
            raise ValueError(f"A day is between 0 and {MAX_DAY}, not {day}.")
        if self.days and day < self.newest_day:
            return self.merge(ReadLog(day, key, _DAY_BYTE[day & 255]))
        keys, days, low = self.keys, self.days, _DAY_BYTE[day & 255]
        known = self._find(key)
        if known >= 0:
            if day == self._day(known):
                return self
            keys = keys[: known * _KEY_BYTES] + keys[(known + 1) * _KEY_BYTES :]
            days = days[:known] + days[known + 1 :]
        if day > self.newest_day:
            first = _first_on(day - SPAN_DAYS + 1, self.newest_day, days)
            return _capped(day, keys[first * _KEY_BYTES :] + key, days[first:] + low)
        if keys[-_KEY_BYTES:] < key:
            return _capped(day, keys + key, days + low)
        at = bisect_left(
            range(len(days)), key, lo=max(days.find(low), 0), key=lambda i: keys[i * _KEY_BYTES : (i + 1) * _KEY_BYTES]
        )
        return _capped(day, keys[: at * _KEY_BYTES] + key + keys[at * _KEY_BYTES :], days + low)

    def count(self, today: int, window_days: int = DEFAULT_WINDOW_DAYS) -> int:
        """Count the reads of the last `window_days` days: a read of `window_days` ago has left the window."""
        return len(self.days) - _first_on(today - window_days + 1, self.newest_day, self.days)

    def is_capped(self, today: int, window_days: int = DEFAULT_WINDOW_DAYS) -> bool:
        """Return whether the true count may be higher than `count`, because older reads had to go."""
        return self.count(today, window_days) == MAX_READS

    def since(self, day: int) -> ReadLog:
        """Return the log without the reads from before this day."""
        first = _first_on(day, self.newest_day, self.days)
        if not first:
            return self
        if first == len(self.days):
            return ReadLog()
        return ReadLog(self.newest_day, self.keys[first * _KEY_BYTES :], self.days[first:])

    def merge(self, other: ReadLog) -> ReadLog:
        """Unite two logs of one reader, the newest day of each article winning.

        Commutative, associative and idempotent: devices and racing tabs may merge in any order, any number of times.
        """
        newest = self.days_by_key()
        for key, day in other.days_by_key().items():
            newest[key] = max(day, newest.get(key, day))
        return _from_days(newest)

    def days_by_key(self) -> dict[bytes, int]:
        """Return the newest day of each article, oldest first."""
        keys = self.keys
        return {keys[i * _KEY_BYTES : (i + 1) * _KEY_BYTES]: self._day(i) for i in range(len(self))}

    def encode(self) -> bytes:
        """Return the log as bytes: 2 for the newest day, then 5 a read."""
        return self.newest_day.to_bytes(_NEWEST_DAY_BYTES, "big") + self.keys + self.days

    @classmethod
    def decode(cls, data: bytes) -> ReadLog:
        """Return the log that `encode` turned into these bytes. Raises BadReadLog for any other bytes."""
        log = cls.from_sealed(data)
        if len(log) > MAX_READS or _from_days(log.days_by_key()) != log:
            raise BadReadLog
        return log

    @classmethod
    def from_sealed(cls, data: bytes) -> ReadLog:
        """Return the log in bytes that a seal has proved to be ours, without looking into each read.

        Raises BadReadLog where the length cannot be right.
        """
        reads, rest = divmod(len(data) - _NEWEST_DAY_BYTES, _KEY_BYTES + 1)
        if reads < 0 or rest:
            raise BadReadLog
        split = _NEWEST_DAY_BYTES + reads * _KEY_BYTES
        return cls(
            int.from_bytes(data[:_NEWEST_DAY_BYTES], "big"),
            data[_NEWEST_DAY_BYTES:split],
            data[split:],
        )

    @classmethod
    def read_encoded(cls, data: bytes, key: bytes, today: int, window_days: int) -> tuple[bytes, int, bool]:
        """Read an article in an encoded log that is ours: the log after it, its count, and whether the read is new.

        Reads that have left the window are dropped. The same as `since`, `read`, `count` and `encode` one after the
        other; the usual case is done on the bytes, for this is what every page view does. Raises BadReadLog.
        """
        reads, rest = divmod(len(data) - _NEWEST_DAY_BYTES, _KEY_BYTES + 1)
        if rest or reads < 0:
            raise BadReadLog
        if 0 < reads < MAX_READS:
            newest_day = data[0] << 8 | data[1]
            split = _NEWEST_DAY_BYTES + reads * _KEY_BYTES
            at = data.find(key, _NEWEST_DAY_BYTES, split)
            all_in_window = today - newest_day + ((newest_day - data[split]) & 255) < window_days
            if (
                at < 0
                and all_in_window
                and (today > newest_day or (today == newest_day and data[split - 4 : split] < key))
            ):
                head = data[:split] if today == newest_day else today.to_bytes(2, "big") + data[2:split]
                return b"".join((head, key, data[split:], _DAY_BYTE[today & 255])), reads + 1, True
        log = cls.from_sealed(data)
        window = log.since(today - window_days + 1)
        after = window.read(key, today)
        return (data if after is log else after.encode()), after.count(today, window_days), key not in window

    def _find(self, key: bytes) -> int:
        """Return the place of an article in the log, or -1."""
        at = self.keys.find(key)
        while at > 0 and at % _KEY_BYTES:
            at = self.keys.find(key, at + 1)
        return at // _KEY_BYTES

    def _day(self, place: int) -> int:
        return self.newest_day - ((self.newest_day - self.days[place]) & 255)


def _first_on(day: int, newest_day: int, days: bytes) -> int:
    """Return the place of the first read on or after this day; their number when there is none."""
    oldest_age = newest_day - day
    if oldest_age < 0:
        return len(days)
    if not days or (newest_day - days[0]) & 255 <= oldest_age:
        return 0
    return bisect_left(days, -oldest_age, key=lambda low: -((newest_day - low) & 255))


def _capped(newest_day: int, keys: bytes, days: bytes) -> ReadLog:
    return ReadLog(newest_day, keys[-MAX_READS * _KEY_BYTES :], days[-MAX_READS:])


def _from_days(newest: dict[bytes, int]) -> ReadLog:
    if not newest:
        return ReadLog()
    newest_day = max(newest.values())
    reads = sorted((day, key) for key, day in newest.items() if day >= 0 and newest_day - day < SPAN_DAYS)
    return _capped(newest_day, b"".join(key for _, key in reads), b"".join(_DAY_BYTE[day & 255] for day, _ in reads))
