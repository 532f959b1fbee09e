"""Home, columns and texts of a county's portal."""

from django.db import models
from wagtail.fields import RichTextField
from wagtail.models import Page


class HomePage(Page):
    template = "home.html"

    def get_context(self, request):
        context = super().get_context(request)
        columns = ColumnPage.objects.live().child_of(self).order_by("title")
        context["columns"] = [(column, column.newest(8)) for column in columns]
        context["newest"] = TextPage.objects.live().order_by("-published_on")[:10]
        return context


class ColumnPage(Page):
    template = "column.html"

    def newest(self, count):
        return TextPage.objects.live().child_of(self).order_by("-published_on")[:count]

    def get_context(self, request):
        context = super().get_context(request)
        context["texts"] = self.newest(20)
        return context


class TextPage(Page):
    template = "text.html"
    organ = models.CharField(max_length=100)
    number = models.CharField(max_length=100, blank=True)
    topics = models.CharField(max_length=200, blank=True)
    published_on = models.DateField(db_index=True)
    body = RichTextField()

    def get_context(self, request):
        context = super().get_context(request)
        others = TextPage.objects.live().sibling_of(self, inclusive=False)
        context["related"] = others.order_by("-published_on")[:5]
        return context
