"""Where the columns of a file most likely go, by their headers: in the spellings and languages that exports use."""

import re
import unicodedata
from collections.abc import Collection, Sequence

from audience.attributes import STANDARD_FIELDS, name_problem
from audience.errors import FileRefused
from audience.importing.columns import COLUMN_LIMIT, REJECT_HEADERS, Column, Columns

# As `plain` writes headers; what is a standard field's own name needs no line.
SPELLINGS = {
    "user_id": "userid user_identifier",
    "email": "e_mail email_address e_mail_address mail emailadresse e_mail_adresse correo correo_electronico courriel "
    "adresse_e_mail adresse_mail indirizzo_email posta_elettronica email_adres",
    "phone": "phone_number phonenumber telephone tel mobile mobile_number mobile_phone cell cell_phone telefon "
    "telefonnummer handy handynummer mobil telefono movil celular numero_de_telephone telefone telefoon cellulare",
    "first_name": "firstname given_name givenname forename fname vorname prenom nombre nome voornaam imie fornavn",
    "last_name": "lastname surname family_name familyname lname nachname familienname nom nom_de_famille apellido "
    "apellidos cognome sobrenome achternaam nazwisko efternavn",
    "language": "lang locale preferred_language sprache langue idioma lingua taal jezyk",
    "country": "country_code countrycode land pays pais paese kraj",
    "time_zone": "timezone tz zeitzone fuseau_horaire zona_horaria",
}
STANDARD_BY_SPELLING = {spelling: name for name, spellings in SPELLINGS.items() for spelling in spellings.split()}
# Taken for the user ID only where no column says so itself; the first that a file has.
ID_LIKE = (
    *("id", "uid", "external_id", "customer_id", "contact_id", "profile_id", "member_id", "person_id", "client_id"),
    *("subscriber_id", "account_id", "customerid", "contactid", "externalid", "customer_number", "customer_no"),
    *("kundennummer", "kunden_nr", "kundennr", "kunden_id", "mitgliedsnummer", "id_client", "numero_client"),
    *("id_cliente", "numero_cliente", "klantnummer"),
)


def columns_guessed(headers: Sequence[str], delimiter: str, *, known: Collection[str] = ()) -> Columns:
    """The columns that a header row names, each with its most likely place; a place is given once.

    ``known`` are the workspace's attributes: a header that differs from one only in case or punctuation is that one.
    Raises FileRefused for more columns than an import can have.
    """
    if len(headers) > COLUMN_LIMIT:
        raise FileRefused(f"The file has {len(headers)} columns; {COLUMN_LIMIT} is the limit. Remove some.")
    attributes = {plain(name): name for name in known}
    names = [_name(header.strip(), attributes) for header in headers]
    if tuple(names[:2]) == REJECT_HEADERS:
        names[:2] = ["", ""]
    items = tuple(Column(header=header.strip(), name=name) for header, name in zip(headers, names, strict=True))
    return Columns(items=_each_once(_with_user_id(items)), delimiter=delimiter)


def plain(header: str) -> str:
    """Lower case, without accents, and "_" for everything but letters and digits: what spellings are compared by."""
    letters = unicodedata.normalize("NFKD", header.casefold())
    return re.sub(r"\W+", "_", "".join(letter for letter in letters if not unicodedata.combining(letter))).strip("_")


def _name(header: str, attributes: dict[str, str]) -> str:
    """A standard field, a known attribute, the header itself where it can be a name, else its nearest legal form."""
    spelled = plain(header)
    standard = STANDARD_BY_SPELLING.get(spelled, spelled)
    if standard in STANDARD_FIELDS:
        return standard
    if spelled in attributes:
        return attributes[spelled]
    return attribute_name(header)


def attribute_name(header: str) -> str:
    """The attribute name nearest to the header; empty where none can be made."""
    lowered = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", header.casefold())).strip("_")
    if not lowered:
        return ""
    names = (header, lowered, f"{lowered}_value", f"_{lowered}", lowered[:60].rstrip("_"))
    return next((name for name in names if not name_problem(name)), "")


def _with_user_id(items: tuple[Column, ...]) -> tuple[Column, ...]:
    if any(column.name == "user_id" for column in items):
        return items
    spelled = [plain(column.header) for column in items]
    found = next((spelled.index(name) for name in ID_LIKE if name in spelled), None)
    if found is None:
        return items
    chosen = items[found].model_copy(update={"name": "user_id"})
    return (*items[:found], chosen, *items[found + 1 :])


def _each_once(items: tuple[Column, ...]) -> tuple[Column, ...]:
    """The first column of a name keeps it; what else would go there is not imported until somebody says where."""
    seen: set[str] = set()
    kept = []
    for column in items:
        kept.append(column.model_copy(update={"name": ""}) if column.name in seen else column)
        seen.add(column.name)
    return tuple(kept)
