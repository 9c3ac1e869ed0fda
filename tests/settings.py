"""The real settings, with a data folder of the test run's own and short times."""

import os
import tempfile

# Each worker of a parallel run has a folder of its own, and the processes it starts share it.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if "FUSIONWEB_DATA" not in os.environ or os.environ.get("TESTS_OF_WORKER", "") != WORKER:
    os.environ["FUSIONWEB_DATA"] = tempfile.mkdtemp(prefix="fusionweb-tests-")
    os.environ["TESTS_OF_WORKER"] = WORKER
os.environ["FUSIONWEB_GRACE_SECONDS"] = "3"
os.environ["SECRET_KEY"] = "tests-only"
os.environ["FUSIONWEB_MIN_FREE_MB"] = "1"
# a browser logs in for each test
os.environ["FUSIONWEB_LOGINS_PER_MINUTE"] = "10000"
os.environ["LOG_LEVEL"] = "WARNING"
# A developer's own .env must not have tests write to people.
for name in ("EMAIL_URL", "FUSIONWEB_ALERT_EMAILS", "FUSIONWEB_ALERT_WEBHOOK"):
    os.environ[name] = ""

from fusionweb.settings import *  # noqa: E402, F403
from fusionweb.settings import DATABASES, FUSIONWEB_DATA, STORAGES  # noqa: E402

# A file, not memory: live servers and supervisors are processes of their own.
DATABASES["default"]["TEST"] = {"NAME": str(FUSIONWEB_DATA / "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
