import unicodedata

from audience.sample_data import NAMES
from tests.browser.fonts import SCRIPTS, missing_words, scripts_lacking

# In DejaVu, which comes with fontconfig.
EVERYWHERE = {"LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW"}


def scripts_of(text):
    """The first words of the characters' Unicode names, such as "CJK"; marks and punctuation left out."""
    letters = (each for each in text if unicodedata.category(each)[0] == "L" or unicodedata.category(each) == "So")
    return {unicodedata.name(each).split()[0] for each in letters}


def test_every_script_of_the_sample_people_is_asked_for():
    written = "".join(first + last for first, last, *_ in NAMES)
    asked = scripts_of("".join(script.sample for script in SCRIPTS))
    assert scripts_of(written) - EVERYWHERE <= asked


def test_what_is_missing_is_said_with_its_packages():
    assert scripts_lacking(lambda character: True) == []
    lacking = scripts_lacking(lambda character: character in "王さ지")
    assert missing_words(lacking) == (
        "The pictures need fonts for Devanagari, emoji. "
        "Debian and Ubuntu: apt-get install fonts-lohit-deva fonts-noto-color-emoji"
    )
