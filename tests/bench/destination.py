"""Where the measured requests go: nginx, which counts every one, or the demo receiver where there is no nginx."""

import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import trustme

from tests.bench.programs import running, wait_until
from tests.receiver import Receiver, running_receiver
from webhooks_platform.embedded.ports import HOST, port_or_next
from webhooks_platform.embedded.processes import Program

_FIRST_PORT = 18_080
_CONFIGURATION = """
daemon off;
worker_processes auto;
pid nginx.pid;
error_log stderr error;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  keepalive_requests 100000000;
  keepalive_timeout 300s;
  default_type application/json;
  server {{
    listen {host}:{plain} backlog=4096;
    listen {host}:{tls} ssl backlog=4096;
    ssl_certificate certificate.pem;
    ssl_certificate_key certificate.pem;
    location / {{ return 200 '{{"status": "accepted", "id": "msg_2f8c1d90"}}'; }}
  }}
  server {{
    listen {host}:{status};
    location / {{ stub_status; }}
  }}
}}
"""


class Destination(Protocol):
    """``tls_url`` is empty where there is no TLS."""

    name: str
    plain_url: str
    tls_url: str
    ca_file: str

    @property
    def addresses(self) -> list[str]:
        """``ip:port`` of each port, as OUTBOUND_ALLOWED_ADDRESSES wants them."""

    def count(self) -> int:
        """Requests received since the start."""


@dataclass
class Nginx:
    name: str
    plain_url: str
    tls_url: str
    ca_file: str
    status_url: str
    _asked: int = 0

    @property
    def addresses(self) -> list[str]:
        return [url.partition("://")[2] for url in (self.plain_url, self.tls_url)]

    def count(self) -> int:
        """From stub_status, whose third line is "accepts handled requests"; our own questions are in it."""
        self._asked += 1
        text = _get(self.status_url)
        return int(text.splitlines()[2].split()[2]) - self._asked

    def answers(self) -> bool:
        try:
            self.count()
        except OSError:
            self._asked = 0
            return False
        return True


@dataclass
class Demo:
    """Counts by itself, but takes more of the processor than nginx, and speaks no TLS."""

    receiver: Receiver
    name: str = "the demo receiver (nginx is not installed: it uses more of the processor, so rates are lower)"
    tls_url: str = ""
    ca_file: str = ""
    plain_url: str = field(init=False)

    def __post_init__(self) -> None:
        self.plain_url = self.receiver.url

    @property
    def addresses(self) -> list[str]:
        return [self.receiver.address]

    def count(self) -> int:
        return int(self.receiver.received()["requests"])


@contextmanager
def running_destination(folder: Path) -> Iterator[Destination]:
    """Keeps its files in ``folder``."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        with running_receiver() as receiver:
            yield Demo(receiver)
        return
    nginx = _configure(folder)
    arguments = (program, "-e", "stderr", "-p", str(folder), "-c", "nginx.conf")
    with running([Program(name="nginx", arguments=arguments, folder=folder)], folder) as started:
        wait_until(nginx.answers, started, "nginx", seconds=20)
        yield nginx


def _configure(folder: Path) -> Nginx:
    plain, tls, status = (port_or_next(_FIRST_PORT + number) for number in range(3))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(folder / "certificate.pem")
    (folder / "nginx.conf").write_text(_CONFIGURATION.format(host=HOST, plain=plain, tls=tls, status=status))
    return Nginx(
        name="nginx",
        plain_url=f"http://{HOST}:{plain}",
        tls_url=f"https://{HOST}:{tls}",
        ca_file=str(folder / "ca.pem"),
        status_url=f"http://{HOST}:{status}/",
    )


def _get(url: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        return str(answer.read().decode())
