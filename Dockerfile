# Two images, `shop` and `proxy`, on one base. Give a digest (python@sha256:…) to have the very same base for ever.
ARG PYTHON=python:3.11-slim-bookworm
ARG CADDY=caddy:2

FROM ${CADDY} AS caddy

# Compilers, caches and pip stay behind in this stage.
FROM ${PYTHON} AS build
COPY requirements.txt .
RUN python3 -m venv --without-pip /venv \
 && pip --python /venv/bin/python3 install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

FROM ${PYTHON} AS base
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin shop
COPY containers/answers.py /usr/local/bin/answers

FROM base AS shop
# Compiled here, once: the container cannot write, and would compile at every start.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 BIND_HOST=0.0.0.0 SHOP_PROCESS=web
# A volume that is new takes the owner of the folder that it is put on.
RUN install -d -o shop /media /front
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
# Static files need neither database nor secrets, but the settings ask for their addresses.
RUN SECRET_KEY=unused DATABASE_URL=postgres://unused/unused REDIS_URL=redis://unused \
    python3 manage.py collectstatic --noinput --verbosity 0 \
 && python3 -m compileall -q .
USER 10001
EXPOSE 8000
CMD ["gunicorn", "--config", "gunicorn.conf.py", "shop.wsgi"]

# Caddy alone. Its configuration and the static files are in the volume /front, where the service `migrate` puts them.
FROM base AS proxy
COPY --from=caddy /usr/bin/caddy /usr/bin/caddy
RUN install -d -o shop /state
ENV XDG_DATA_HOME=/state XDG_CONFIG_HOME=/state SITE_ADDRESS=:8080
USER 10001
EXPOSE 8080 8443
CMD ["caddy", "run", "--config", "/front/Caddyfile"]
