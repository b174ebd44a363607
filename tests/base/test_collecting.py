import subprocess
import sys

PROGRAM = """
import gc, sys
import webhooks_platform.asgi
assert {"campaigns.urls", "notifications.views.log"} <= sys.modules.keys()
looked_at = len(gc.get_objects())
print(gc.get_freeze_count(), looked_at)
"""


def test_the_web_server_collects_nothing_that_it_imported() -> None:
    output = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    imported, looked_at = map(int, output.split())
    assert looked_at < imported / 20
