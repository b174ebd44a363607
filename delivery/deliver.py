"""One lane's turn, from the message to the next one."""

from django.db import connection

from delivery.crew import Crew, process_crew
from delivery.keeper import Keeper
from delivery.slots import SlotTicket, slot_take
from delivery.turn import Turn
from delivery.watch import Watch, process_watch
from outbound.loop import HttpLoop, http_loop


def deliver(
    ticket: SlotTicket,
    *,
    watch: Watch = process_watch,
    http: HttpLoop | None = None,
    keeper: Keeper | None = None,
    crew: Crew = process_crew,
) -> None:
    """Runs the lane that the ticket stands for, if it wasn't run already, and asks for what follows.

    With a ``keeper`` it returns as soon as the lane only waits; without, when the lane is over.
    """
    with crew.working() as crowded_slice:
        taken = slot_take(ticket)
        if taken is None:
            connection.close()
            return
        turn, over = Turn(taken, watch, crew, crowded_slice), True
        try:
            over = turn.run(http or http_loop(), may_park=keeper is not None)
        finally:
            if over or keeper is None:
                turn.end()
        if not over and keeper is not None:
            keeper.keep(turn)
