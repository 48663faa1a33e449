"""The settings of mail: what cannot work is refused at the start, in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import SettingError, from_environment

TEST = {"RISKREG_ENV": "test"}


def test_without_any_the_sender_gets_answers_and_what_comes_back() -> None:
    settings = from_environment(TEST)
    assert settings["MAIL_FROM"] == "Risk register <riskreg@riskreg.example>"
    assert (settings["MAIL_REPLY_TO"], settings["MAIL_BOUNCES"], settings["SMTP_CA"]) == ("", "", "")


def test_addresses_are_taken_with_a_name_or_without(tmp_path: Path) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text("-")
    given = {
        "RISKREG_MAIL_FROM": "Kent risks <risks@kent.example>",
        "RISKREG_MAIL_REPLY_TO": "team@kent.example",
        "RISKREG_MAIL_BOUNCES": " bounces@kent.example ",
        "SMTP_CA": str(authority),
    }
    settings = from_environment(TEST | given)
    assert settings["MAIL_FROM"] == "Kent risks <risks@kent.example>"
    assert settings["MAIL_REPLY_TO"] == "team@kent.example"
    assert settings["MAIL_BOUNCES"] == "bounces@kent.example"
    assert settings["SMTP_CA"] == str(authority)


@pytest.mark.parametrize(("kind", "port"), [("demonstration", 8025), ("test", 25)])
def test_the_demonstration_speaks_to_its_own_mailbox(kind: str, port: int) -> None:
    assert from_environment({"RISKREG_ENV": kind})["SMTP_PORT"] == port
    assert from_environment({"RISKREG_ENV": kind, "SMTP_PORT": "26"})["SMTP_PORT"] == 26


@pytest.mark.parametrize("name", ["RISKREG_MAIL_FROM", "RISKREG_MAIL_REPLY_TO", "RISKREG_MAIL_BOUNCES"])
@pytest.mark.parametrize("words", ["nobody", "Risk register", "a@", "@b", "a@b.example\nBcc: c@d.example", "<>"])
def test_what_is_no_address_is_refused(name: str, words: str) -> None:
    with pytest.raises(SettingError, match=f"{name} must be an address such as"):
        from_environment(TEST | {name: words})


def test_a_file_of_certificates_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="SMTP_CA must name a file of certificates"):
        from_environment(TEST | {"SMTP_CA": str(tmp_path / "none.pem")})
