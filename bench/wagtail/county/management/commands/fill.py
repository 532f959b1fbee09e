"""Puts the texts of the demonstration in; the longest is the one that is measured, at /measured/measured/."""

import datetime
import html
import os
import re
import tomllib
from pathlib import Path

from django.core.management.base import BaseCommand
from wagtail.models import Page, Site

from county.models import ColumnPage, HomePage, TextPage


def paragraphs(text):
    for part in re.split(r"\n\s*\n", text.strip()):
        plain = html.escape(re.sub(r"\{[^}]*\}", "2025年6月10日", part.lstrip("#>-| ")))
        yield f"<h2>{plain}</h2>" if part.startswith("#") else f"<p>{plain}</p>"


class Command(BaseCommand):
    def handle(self, *args, **options):
        Page.objects.filter(depth=2).delete()
        root = Page.objects.get(depth=1)
        root.refresh_from_db()
        home = root.add_child(instance=HomePage(title="青禾县人民政府", slug="county"))
        Site.objects.all().delete()
        Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
        columns, texts = {}, []
        for number, file in enumerate(sorted(Path(os.environ["DOCUMENTS"]).glob("*.md"))):
            _, front, body = file.read_text(encoding="utf-8").lstrip().split("+++", 2)
            front = re.sub(r"\{[^}\"]*\}", "2025", front)
            texts.append((number, tomllib.loads(front), "".join(paragraphs(body))))
        longest = max(texts, key=lambda text: len(text[2]))[0]
        first = datetime.date(2025, 1, 1)
        for number, front, body in texts:
            slug = "measured" if number == longest else front["column"]
            if slug not in columns:
                columns[slug] = home.add_child(instance=ColumnPage(title=slug, slug=slug))
            columns[slug].add_child(
                instance=TextPage(
                    title=front["title"][:250],
                    slug="measured" if number == longest else f"text-{number}",
                    organ=front["organ"],
                    number=str(front.get("document_number", "")),
                    topics="、".join(front.get("topics", [])),
                    published_on=first + datetime.timedelta(days=number),
                    body=body,
                )
            )
