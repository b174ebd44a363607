"""Words that people list with commas between them: labels of campaigns, tags of templates."""


def words_listed(text: str) -> list[str]:
    """Each word once whatever its case, in the order written, without spaces around it."""
    found: dict[str, str] = {}
    for word in (" ".join(part.split()) for part in text.split(",")):
        if word:
            found.setdefault(word.casefold(), word)
    return list(found.values())
