"""Who may read which conversation, and who answers for the house."""

from __future__ import annotations

from frontdoor.conversation import Conversation, State
from storage.desk_queries import WATCHED_FROM
from storage.staff import Staff


def supervises(person: Staff) -> bool:
    """Whether somebody sees what all do, and not their own talks alone."""
    return person.role in ("supervisor", "admin")


def may_read(conversation: Conversation, person: Staff) -> bool:
    """What waits or is watched is read by all who work here; what is held, by its holder and supervisors."""
    if conversation.state is State.COUNSELLOR:
        return conversation.counsellor == person.id or supervises(person)
    if conversation.state is State.WAITING:
        return True
    return conversation.level >= WATCHED_FROM and conversation.watch_since is not None
