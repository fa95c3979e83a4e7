# Two stages, so that no build tool and no cache is left in the image.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python3 -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --require-hashes -r requirements.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# A volume that is new takes the owner of the folder that it is put on.
RUN useradd --system --uid 10001 --no-create-home shop && install -d -o shop /media
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
# Static files need neither database nor secrets, but the settings ask for their addresses.
RUN SECRET_KEY=unused DATABASE_URL=postgres://unused/unused REDIS_URL=redis://unused \
    python3 manage.py collectstatic --noinput
USER shop
EXPOSE 8000
ENV BIND_HOST=0.0.0.0 SHOP_PROCESS=web
CMD ["gunicorn", "--config", "gunicorn.conf.py", "shop.wsgi"]
