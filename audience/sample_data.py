"""Invented people to try the product with: the same at every load, and as uneven as real data."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from audience.values import PersonValues

FIRST_SIGN_UP = date(2024, 1, 8)
# first name, last name, language, country, time zone
NAMES = [
    ('Zoë "Z"', "O'Neil", "en", "IE", "Europe/Dublin"),
    ("נועה", "לוי", "he", "IL", "Asia/Jerusalem"),
    ("محمد", "الأحمد", "ar", "AE", "Asia/Dubai"),
    ("فاطمه", "کریمی", "fa", "IR", "Asia/Tehran"),
    ("小林", "さくら", "ja", "JP", "Asia/Tokyo"),
    ("伟", "王", "zh", "CN", "Asia/Shanghai"),
    ("지우", "김", "ko", "KR", "Asia/Seoul"),
    ("Łukasz", "Żółć", "pl", "PL", "Europe/Warsaw"),
    ("Søren", "Ångström", "da", "DK", "Europe/Copenhagen"),
    ("Nguyễn", "Thị Ánh", "vi", "VN", "Asia/Ho_Chi_Minh"),
    ("Ωμέγα", "Παπαδοπούλου", "el", "GR", "Europe/Athens"),
    ("Юлія", "Шевченко", "uk", "UA", "Europe/Kyiv"),
    ("Anaïs & Cie", "d'Aubigné", "fr", "FR", "Europe/Paris"),
    ("José", "Núñez \\ Peña", "es", "ES", "Europe/Madrid"),
    ("अनन्या", "शर्मा", "hi", "IN", "Asia/Kolkata"),
    ("Ayşe 🌷", "Öztürk", "tr", "TR", "Europe/Istanbul"),
    ("Jörg", "Groß", "de", "DE", "Europe/Berlin"),
    ("Beyoncé", "<b>Knowles</b>", "en", "US", "America/Chicago"),
    ("Mary-Jane", "van der Berg", "nl", "NL", "Europe/Amsterdam"),
    ("Kwame", "Mensah", "en", "GH", "Africa/Accra"),
]
FIRST = "Ada Ben Clara Dan Elif Finn Grace Hugo Ines Jack Kira Liam Mona Noah Olga Paul Quinn Rosa Sam Tara".split()  # noqa: SIM905
LAST = "Abel Brown Costa Diaz Evans Fischer Garcia Haas Ito Jansen Klein Lopez Meyer Novak Okafor Park".split()  # noqa: SIM905
PLACES = [
    ("en", "US", "America/New_York"),
    ("en", "GB", "Europe/London"),
    ("de", "AT", "Europe/Vienna"),
    ("pt", "BR", "America/Sao_Paulo"),
    ("it", "IT", "Europe/Rome"),
]
PLANS = ("free", "free", "free", "plus", "plus", "pro")
TAGS = ("newsletter", "beta", "vip", "trial", "events")


def people_made(count: int, *, first_id: int, id_prefix: str, test_users: int) -> list[PersonValues]:
    """About one in twelve has no first name, some have no e-mail address or no points; the first ones are test users.

    Their ids are ``id_prefix`` and a number from ``first_id`` on.
    """
    dice = random.Random(7)  # noqa: S311 (the same people each time, no secret)
    return [
        PersonValues(
            user_id=f"{id_prefix}{first_id + position}",
            fields={**fields, **_addresses(position + 1)},
            attributes=_attributes(position + 1, fields["time_zone"], dice),
            is_test=position < test_users,
        )
        for position, fields in enumerate(_names(count, dice))
    ]


def _names(count: int, dice: random.Random) -> Iterator[dict[str, str]]:
    keys = ("first_name", "last_name", "language", "country", "time_zone")
    for name in NAMES[:count]:
        yield dict(zip(keys, name, strict=True))
    for number in range(len(NAMES), count):
        first = "" if number % 12 == 0 else dice.choice(FIRST)
        yield dict(zip(keys, (first, dice.choice(LAST), *dice.choice(PLACES)), strict=True))


def _addresses(number: int) -> dict[str, str]:
    email = "" if number % 17 == 0 else f"person{number}@example.com"
    return {"email": email, "phone": f"+1 555 01{number % 100:02}" if number % 3 == 0 else ""}


def _attributes(number: int, time_zone: str, dice: random.Random) -> dict[str, object]:
    """One of each kind: text, date, true or false, list, number, object."""
    signed_up = FIRST_SIGN_UP + timedelta(days=dice.randrange(900))
    attributes: dict[str, object] = {
        "plan": dice.choice(PLANS),
        "signed_up_on": signed_up.isoformat(),
        "opted_in": dice.random() < 0.8,
        "tags": sorted(dice.sample(TAGS, dice.randrange(4))),
    }
    if number % 9:
        attributes["points"] = dice.randrange(0, 5_000)
    if number % 5:
        attributes["address"] = {"city": time_zone.split("/")[-1].replace("_", " "), "floor": number % 7}
    return attributes
