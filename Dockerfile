# The image of web, worker, beat and migrations; it holds no secret and writes nowhere but to mounted folders.
FROM python:3.13-slim AS packages
COPY requirements.txt requirements-uv.txt /build/
RUN python -m venv /opt/iop \
 && python -m venv /opt/uv \
 && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r /build/requirements-uv.txt \
 && /opt/uv/bin/uv pip install --no-cache --python /opt/iop/bin/python --require-hashes -r /build/requirements.txt

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin iop \
 && install -d -o iop -g iop -m 0750 /var/lib/iop
COPY --from=packages /opt/iop /opt/iop
COPY . /srv/iop
ENV PATH=/opt/iop/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=backend.settings PYTHONPATH=/srv/iop IOP_DATA=/var/lib/iop STATIC_ROOT=/opt/iop/static
WORKDIR /srv/iop
# Static files need settings, and settings need values; these reach no running process.
RUN SECRET_KEY=build AUDIT_DIGEST_KEY=build SECOND_FACTOR_KEY=build \
    DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    django-admin collectstatic --no-input -v 0
USER iop
EXPOSE 8000
CMD ["gunicorn", "backend.wsgi:application", "--config", "python:backend.web", "--bind", "0.0.0.0:8000", \
     "--workers", "4", "--threads", "4", "--worker-tmp-dir", "/dev/shm"]
