class LaunchError(Exception):
    """Starting can't go on. The message says what is wrong and what to do; it is shown without a traceback."""


class StopRequested(Exception):
    """Somebody asked us to stop (Ctrl-C, SIGTERM, a closed terminal): not a failure."""
