# The runtime list alone; the demo's and the developers' packages stay outside.
FROM python:3.11-slim-bookworm AS build
COPY requirements.txt /build/requirements.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r /build/requirements.txt

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin quietledger
COPY --from=build /venv /venv
COPY accounts /app/accounts
COPY audit /app/audit
COPY billing /app/billing
COPY clients /app/clients
COPY config /app/config
COPY ledger /app/ledger
COPY static /app/static
COPY templates /app/templates
RUN rm -rf /app/config/dev/stripe_simulator && python -m compileall -q /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings
WORKDIR /app
USER 10001:10001
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "--no-ws", "config.wsgi:application"]
