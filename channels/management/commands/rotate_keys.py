from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels.key_rotation import keys_rotate


class Command(BaseCommand):
    help = "Encrypts every stored secret with the first of ENCRYPTION_KEYS, so that the others can be removed."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        done = keys_rotate()
        self.stdout.write(f"{done.rotated} secrets encrypted anew, {done.newest} were under the newest key already.")
        if done.unreadable:
            for place in done.unreadable:
                self.stderr.write(f"Can't be read: {place}")
            raise CommandError(
                "Some secrets are encrypted with a key that isn't in ENCRYPTION_KEYS. Add it behind the newest one and "
                "run this again, or enter those secrets anew. Keep the old keys until then."
            )
        self.stdout.write("The other keys can be removed from ENCRYPTION_KEYS once all processes have restarted.")
