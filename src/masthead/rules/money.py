"""Money: whole minor units of one currency, never floats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import ClassVar, Final, Self

from masthead.rules.errors import MastheadError

# ISO 4217, active currencies. Funds, metals and test codes are left out: nobody pays in them.
CURRENCIES: Final[frozenset[str]] = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD
    MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB
    RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
    UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905  a list this long reads better as words
)
_EXPONENTS: Final[dict[str, int]] = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),  # noqa: SIM905
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),  # noqa: SIM905
}
# What cannot be charged in single minor units: cards take three decimals with a last 0, and ariary whole (an ariary has
# five parts, no hundred). Stripe refuses the rest (docs.stripe.com/currencies, read in November 2026).
_STEPS: Final[dict[str, int]] = {
    **{currency: 10 for currency, places in _EXPONENTS.items() if places == 3},
    "MGA": 100,
}
MOST_MINOR: Final = 10**12 - 1
_LONGEST_TEXT: Final = 40


class BadAmount(MastheadError):
    """Please write the amount in figures, like 6 or 6.50."""

    code: ClassVar[str] = "bad_amount"


class UnknownCurrency(BadAmount):
    """There is no such currency."""

    code: ClassVar[str] = "unknown_currency"


class CurrencyMismatch(MastheadError):
    """Amounts in two currencies cannot be put together."""

    code: ClassVar[str] = "currency_mismatch"


def exponent(currency: str) -> int:
    """Return how many decimal places the currency has: 2 for USD, 0 for JPY, 3 for KWD (ISO 4217).

    Raises UnknownCurrency.
    """
    if currency not in CURRENCIES:
        raise UnknownCurrency(f"There is no currency called {currency[:8]!r}.")
    return _EXPONENTS.get(currency, 2)


def get_step(currency: str) -> int:
    """Return the smallest amount that can be charged, of which all others are multiples: 1 for USD, 10 for KWD.

    In minor units. Raises UnknownCurrency.
    """
    exponent(currency)
    return _STEPS.get(currency, 1)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `minor` whole minor units (cents, yen, fils) of `currency` (ISO 4217, upper case).

    May be negative: a difference is. Two currencies are unequal, and cannot be added, subtracted or compared in size.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is no whole number of a known currency."""
        if type(self.minor) is not int:
            raise BadAmount("An amount is kept in whole minor units.")
        exponent(self.currency)

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Self:
        """Make money of an amount in major units, as a person writes it or as an exact number.

        Text may have spaces around it, a sign of grouping (1,000 · 1 000 · 1.000,50) and digits of any script, but no
        currency sign, no minus and no more decimals than the currency has; a text that can be read in two ways is
        refused. At most 10^12 - 1 minor units. Raises BadAmount, and UnknownCurrency.
        """
        if isinstance(amount, str):
            return cls(_parse(amount, exponent(currency)), currency)
        return cls.from_major(amount, currency)

    @classmethod
    def from_major(cls, amount: str | int | Decimal, currency: str) -> Self:
        """Make money of an exact number of major units; text is read as by `of`.

        Raises BadAmount for a negative or endless one, and for more decimals than the currency has.
        """
        if isinstance(amount, str):
            return cls.of(amount, currency)
        if isinstance(amount, bool | float):
            raise BadAmount("An amount is an exact number.")
        try:
            scaled = Decimal(amount).scaleb(exponent(currency))
            if not scaled.is_finite() or scaled.is_signed() or scaled > MOST_MINOR or scaled != scaled.to_integral():
                raise BadAmount
        except InvalidOperation:
            raise BadAmount from None
        return cls(int(scaled), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing, in this currency."""
        return cls(0, currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units, with all decimals of the currency."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    @property
    def is_chargeable(self) -> bool:
        """Whether a card can be charged with it: whether it is a multiple of the currency's step."""
        return self.minor % get_step(self.currency) == 0

    @property
    def text(self) -> str:
        """The plain figure, fit for a form field: `6.50`, `500`. `Money.of` reads it back."""
        return format(self.major, "f")

    def __str__(self) -> str:
        return f"{self.text} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            return NotImplemented
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"Money goes with money, not with {type(other).__name__}.")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be put together.")
        return other.minor


# Grouped by threes with a space or an apostrophe; with commas; with points and a decimal comma.
_SPACES: Final = "[ \u00a0\u2009\u202f'\u2019]"
_POINTS: Final = "[.\u066b]"
_COMMAS: Final = "[,\u066c]"


def _forms(places: int) -> list[str]:
    tail = rf"\d{{1,{places}}}"
    forms = [r"\d+", rf"\d{{1,3}}(?:{_SPACES}\d{{3}})+", rf"\d{{1,3}}(?:{_COMMAS}\d{{3}})+", r"\d{1,3}(?:\.\d{3}){2,}"]
    if places:
        forms += [
            rf"\d+{_POINTS}{tail}",
            rf"\d+,{tail}",
            rf"\d{{1,3}}(?:{_SPACES}\d{{3}})+[.,\u066b]{tail}",
            rf"\d{{1,3}}(?:{_COMMAS}\d{{3}})+{_POINTS}{tail}",
            rf"\d{{1,3}}(?:\.\d{{3}})+,{tail}",
        ]
    return forms


_PATTERNS: Final[dict[int, list[re.Pattern[str]]]] = {
    places: [re.compile(form) for form in _forms(places)] for places in (0, 2, 3)
}


def _parse(text: str, places: int) -> int:
    text = text.strip()
    if not text or len(text) > _LONGEST_TEXT:
        raise BadAmount
    readings = {
        _read(text, places, has_decimals=number >= 4)
        for number, pattern in enumerate(_PATTERNS[places])
        if pattern.fullmatch(text)
    }
    if len(readings) != 1:
        raise BadAmount
    (minor,) = readings
    if minor > MOST_MINOR:
        raise BadAmount("That is more than we can take.")
    return minor


def _read(text: str, places: int, *, has_decimals: bool) -> int:
    digits = re.findall(r"\d+", text)
    decimals = digits.pop() if has_decimals else ""
    return int("".join(digits) + decimals.ljust(places, "0"))
