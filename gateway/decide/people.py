"""Who is meant by a name in a mail: `@marie`, "Marie Dupont", "marie@example.org".

Must not: guess: a name that fits several members gives them all, and the author is asked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from gateway.model.address import fold_address
from gateway.model.member import Member, holds_address, with_address

_ME = "me"  # what the readers give for the author, in whatever language it was said


def meant(name: str, members: Iterable[Member], author: Member) -> tuple[Member, ...]:
    """Return the members a name may mean, the author for `me`; those it fits best, () for nobody here."""
    if name == _ME:
        return (author,)
    here = tuple(member for member in members if member.left_at is None)
    for fits in _FITS:
        if found := tuple(member for member in here if fits(name, member)):
            return found
    return _all_of(_several(name), members, author) if names_several(name) else ()


def named_apart(name: str, address: str, members: Iterable[Member], *taken: str) -> str:
    """Return what a newcomer goes by: the name they gave, with the address where it is like a member's or one `taken`.

    Like is a name that has all words of the other, or none beyond them, whatever its case, accents and signs, but for a
    family name alone, which many have; and one in which letters of several scripts make a word: these look alike.
    """
    if not name.strip():
        return ""
    others = [member.name for member in members if member.left_at is None and member.address != address]
    others = [*taken, *(other for other in others if not _is_family_name(name, other))]
    is_taken = holds_address(name) or _mixes_scripts(name) or any(_is_like(name, other) for other in others)
    return with_address(name, address) if is_taken else name


def _is_like(name: str, other: str) -> bool:
    said, known = _parts(_seen(name)), _parts(_seen(other))
    if not known:
        return False
    return set(said) <= set(known) or set(known) <= set(said) or "".join(said) == "".join(known)


def _is_family_name(name: str, other: str) -> bool:
    said, known = _parts(_seen(name)), _parts(_seen(other))
    return len(said) == 1 and said[0] in known[1:] and said[0] != known[0]


def _seen(name: str) -> str:
    """Return a name without signs that are not seen: a word joiner, a soft hyphen."""
    return "".join(char for char in name if unicodedata.category(char) != "Cf")


_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


def _mixes_scripts(name: str) -> bool:
    words = ({unicodedata.name(char, "").partition(" ")[0] for char in word} & _ALIKE for word in name.split())
    return any(len(scripts) > 1 for scripts in words)


def names_several(name: str) -> bool:
    """Whether what is written names several people: "ben, cleo"."""
    return len(_several(name)) > 1


def _several(name: str) -> list[str]:
    return [one.strip() for one in name.split(",") if one.strip()]


def in_full(name: str, behind: str, members: Iterable[Member]) -> tuple[str, str]:
    """Return the full name of a member that a name and words behind it are, and which of the words; "" twice for none.

    The longest name counts: "Ana" and "Sousa Lima: …" for Ana Sousa Lima, not for Ana Sousa.
    """
    words = behind.split()
    names = {_parts(member.name): member.name for member in members if member.left_at is None}
    for count in range(len(words), 0, -1):
        rest = " ".join(words[:count])
        if found := names.get(_parts(f"{name} {rest}")):
            return found, rest
    first = words[0] if words and words[0][:1].isupper() else ""  # "@Ben a new logo" names no initial
    with_initial = [full for parts, full in names.items() if _has_initial(_parts(f"{name} {first}"), parts)]
    return (with_initial[0], first) if len(with_initial) == 1 else ("", "")


def _has_initial(said: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Whether a name ends in the first letter of the one it is short for: "Nora K."."""
    is_short = len(said) > 1 and len(said[-1]) == 1 and len(said) <= len(known)
    return is_short and known[: len(said) - 1] == said[:-1] and known[len(said) - 1].startswith(said[-1])


def told_apart(name: str, members: Iterable[Member], author: Member) -> tuple[tuple[Member, ...], tuple[str, ...]]:
    """Return whom several names written for one mean, and those of the names that nobody here goes by."""
    here = tuple(members)
    found = {one: meant(one, here, author) for one in _several(name)}
    people = {member.id: member for some in found.values() for member in some}
    return tuple(people.values()), tuple(one for one, some in found.items() if not some)


def _all_of(names: Iterable[str], members: Iterable[Member], author: Member) -> tuple[Member, ...]:
    """Return all that several names mean, so that the author is asked which of them; () where one is not known."""
    found = [meant(name.strip(), tuple(members), author) for name in names]
    people = {member.id: member for some in found for member in some}
    return tuple(people.values()) if all(found) and len(people) > 1 else ()


def _is_address(name: str, member: Member) -> bool:
    return fold_address(name) in (member.address, *member.further_addresses)


def _is_whole_name(name: str, member: Member) -> bool:
    return bool(_parts(name)) and _parts(name) == _parts(member.name)


def _is_local_part(name: str, member: Member) -> bool:
    locals_ = (address.rpartition("@")[0] for address in (member.address, *member.further_addresses))
    return any(_plain(name) == _plain(local) for local in locals_)


def _is_first_name(name: str, member: Member) -> bool:
    said, known = _parts(name), _parts(member.name)
    return bool(said) and known[: len(said)] == said


def _is_part(name: str, member: Member) -> bool:
    """A family name, or names in another order."""
    said, known = _parts(name), _parts(member.name)
    return bool(said) and set(said) <= set(known)


# In this order: what names one person for certain comes first.
_FITS: tuple[Callable[[str, Member], bool], ...] = (
    _is_address,
    _is_whole_name,
    _is_local_part,
    _is_first_name,
    _is_part,
)


def _parts(name: str) -> tuple[str, ...]:
    return tuple("".join(char if char.isalnum() else " " for char in _plain(name)).split())


def _plain(text: str) -> str:
    """Return a text without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.strip().lstrip("@")).casefold()
    return "".join(char for char in decomposed if not unicodedata.combining(char))
