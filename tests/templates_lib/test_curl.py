import subprocess

from templates_lib.curl import curl_command


def arguments(command: str) -> list[str]:
    """What a shell makes of the command."""
    shell = f"curl() {{ printf '%s\\0' \"$@\"; }}\n{command}"
    return subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True).stdout.split("\0")[:-1]


def test_every_character_survives_the_shell() -> None:
    body = 'it\'s "quoted" $HOME `id` \\ \n {}! Zoë @file'
    url = "https://example.com/a'b?x[0]=$1&y=1"
    found = arguments(curl_command("POST", url, [("X-Note", "it's $5")], body))
    assert found[:5] == ["--globoff", "--path-as-is", "-X", "POST", url]
    assert found[5:] == ["-H", "X-Note: it's $5", "--data-raw", body]


def test_no_body_and_no_headers_of_the_connection() -> None:
    command = curl_command("GET", "https://example.com/", [("Host", "example.com"), ("Content-Length", "3")])
    assert arguments(command) == ["--globoff", "--path-as-is", "-X", "GET", "https://example.com/"]


def test_a_header_without_value_is_sent() -> None:
    assert arguments(curl_command("GET", "https://a/", [("X-Empty", "")]))[-1] == "X-Empty;"
