"""The table of settings: defaults that work, bad values named, every row documented."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from fusionweb.env import BASE_DIR, SETTINGS, read_one, read_or_make_secret_key
from tests.conftest import MANAGE

BY_NAME = {setting.name: setting for setting in SETTINGS}
BAD = [
    ("DEBUG", "maybe"),
    ("FUSIONWEB_DATA", " "),
    ("FUSIONWEB_DATA", "~nobody-of-this-name/data"),
    ("FUSIONWEB_STATUS_DIRS", "~nobody-of-this-name/a:/tmp/b"),
    ("FUSIONWEB_CHECKPOINT_DIRS", "~nobody-of-this-name/a"),
    ("FUSIONWEB_TEMPLATES", "~nobody-of-this-name/a"),
    ("FUSIONWEB_EXECUTOR", "slurm?"),
    ("FUSIONWEB_MAX_RUNNING", "many"),
    ("FUSIONWEB_MAX_RUNNING", "0"),
    ("FUSIONWEB_MAX_RUNNING", "1.5"),
    ("FUSIONWEB_MAX_RUNNING", ""),
    ("FUSIONWEB_GRACE_SECONDS", "-1"),
    ("FUSIONWEB_GRACE_SECONDS", "nan"),
    ("FUSIONWEB_STALE_SECONDS", "inf"),
    ("FUSIONWEB_HEARTBEAT_SECONDS", "ten"),
    ("FUSIONWEB_MIN_FREE_MB", "-5"),
    ("TIME_ZONE", "Mars/Olympus"),
    ("TIME_ZONE", "Europe"),
    ("TIME_ZONE", "../../etc/passwd"),
    ("TIME_ZONE", ""),
    ("LOG_LEVEL", "loud"),
    ("REDIS_URL", "localhost:6379"),
    ("FUSIONWEB_TRUSTED_PROXIES", "10.0.0.1/8"),
    ("FUSIONWEB_TRUSTED_PROXIES", "proxy.example"),
    ("FUSIONWEB_LOGIN_ATTEMPTS", "0"),
    ("FUSIONWEB_HTTPS", "perhaps"),
]


@pytest.mark.parametrize(("name", "text"), BAD)
def test_it_names_a_bad_setting_and_what_was_expected(monkeypatch, name, text):
    monkeypatch.setenv(name, text)
    with pytest.raises(ImproperlyConfigured) as refused:
        read_one(BY_NAME[name])
    sentence = str(refused.value)
    assert sentence.startswith(f"{name}=")
    assert BY_NAME[name].expected in sentence


@pytest.mark.parametrize("name", BY_NAME)
def test_it_has_a_default_that_can_be_read(monkeypatch, name):
    monkeypatch.delenv(name, raising=False)
    read_one(BY_NAME[name])


@pytest.mark.parametrize("text", ["junk", "nosuchdb://host/name", ""])
def test_it_reads_the_database_address_or_names_it(tmp_path, text):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fusionweb.settings",
        "DATABASE_URL": text,
        "FUSIONWEB_DATA": str(tmp_path / "made"),
    }
    done = subprocess.run(
        [sys.executable, str(MANAGE), "diffsettings"],
        env=environment,
        capture_output=True,
        text=True,
    )
    if text:
        assert done.returncode != 0
        assert "DATABASE_URL" in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
    else:
        assert done.returncode == 0, done.stderr


def test_everybody_reads_the_same_secret_key(tmp_path):
    path = tmp_path / "new" / "secret_key"
    code = (
        "import sys; from pathlib import Path; from fusionweb.env import read_or_make_secret_key; "
        "print(read_or_make_secret_key(Path(sys.argv[1])))"
    )
    makers = [
        subprocess.Popen([sys.executable, "-c", code, path], cwd=BASE_DIR, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    keys = {maker.communicate(timeout=30)[0].decode().strip() for maker in makers}
    assert keys == {read_or_make_secret_key(path)}
    assert len(keys.pop()) >= 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["secret_key"]


def documented_settings():
    text = Path(BASE_DIR / "docs" / "settings.md").read_text()
    rows = re.findall(r"^\| *`?(\w+)`? *\| *(.*?) *\| *(.*?) *\|$", text, re.MULTILINE)
    return {name: default.strip("`") for name, default, _ in rows if name.isupper()}


def test_every_setting_is_documented_with_its_default():
    written = documented_settings()
    assert set(written) - {"PORT"} == set(BY_NAME)
    for name, setting in BY_NAME.items():
        assert written[name] == (setting.default or "empty"), name


def test_it_does_not_quote_a_bad_value_that_is_a_secret(monkeypatch):
    monkeypatch.setenv("FUSIONWEB_ALERT_WEBHOOK", "chat.example/t0ps3cret")
    with pytest.raises(ImproperlyConfigured) as refused:
        read_one(BY_NAME["FUSIONWEB_ALERT_WEBHOOK"])
    assert "t0ps3cret" not in str(refused.value)
