from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

pytestmark = pytest.mark.django_db


class TestYourReads:
    def test_is_the_same_page_for_everyone_and_leads_to_forgetting(self, client: Client) -> None:
        response = client.get("/reads/", headers={"cookie": "mh_reads=x"})
        assert response.status_code == 200
        assert "public" in response["Cache-Control"]
        form = BeautifulSoup(response.content, "html.parser").select_one("form[method=post]")
        assert form is not None
        assert form["action"] == "/_masthead/reads/forget"

    def test_is_found_from_the_foot_of_every_page(self, client: Client) -> None:
        assert b'href="/reads/"' in client.get("/reads/").content

    def test_takes_no_posts(self, client: Client) -> None:
        assert client.post("/reads/").status_code == 405
