"""The cache behind rate limits: when it is away, requests pass uncounted instead of failing."""

import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger("backend.api")
T = TypeVar("T")

# After a failure the server is left alone for so long: no request waits for the time-out of every command.
REST_SECONDS = 5.0


class FailOpenRedisCache(RedisCache):
    """Answers as an empty cache would while Redis does not answer; nothing but rate limits may live here."""

    _resting_until: ClassVar[float] = 0.0

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Whether the key was new: yes, so that locks in the cache are taken."""
        return self._tried(lambda: bool(super(FailOpenRedisCache, self).add(*args, **kwargs)), otherwise=True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or the default."""
        return self._tried(lambda: super(FailOpenRedisCache, self).get(key, default, version), otherwise=default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Keep a value, if it can be kept."""
        return self._tried(lambda: super(FailOpenRedisCache, self).set(*args, **kwargs), otherwise=None)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Whether there was something to delete."""
        return self._tried(lambda: super(FailOpenRedisCache, self).delete(*args, **kwargs), otherwise=False)

    def _tried(self, command: Callable[[], T], *, otherwise: T) -> T:
        if time.monotonic() < FailOpenRedisCache._resting_until:
            return otherwise
        try:
            return command()
        except (RedisError, OSError) as error:
            FailOpenRedisCache._resting_until = time.monotonic() + REST_SECONDS
            logger.warning("the cache is away (%s): rate limits do not count", type(error).__name__)
            return otherwise
