"""How every form of ours is drawn."""

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

SELECT = "django/forms/widgets/select.html"


class FormRenderer(TemplatesSetting):
    """Fields by one template of ours: label, control, help, error, tied together for readers."""

    field_template_name = "components/form/field.html"
    form_template_name = "components/form/form.html"

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        if template_name == SELECT:
            return drawn_select(context["widget"])
        return super().render(template_name, context, request)


def drawn_select(widget: Mapping[str, Any]) -> SafeString:
    """As Django's template draws it, which takes an include, and its time, for each time zone."""
    groups = format_html_join("\n", "{}", ((_group(*each),) for each in widget["optgroups"]))
    attributes = flatatt(widget["attrs"])
    return format_html('<select name="{}"{}>\n{}\n</select>', widget["name"], attributes, groups)


def _group(name: str | None, options: list[Mapping[str, Any]], index: int) -> SafeString:
    drawn = mark_safe("\n".join(map(_option, options)))  # noqa: S308 (each is safe)
    return format_html('<optgroup label="{}">\n{}\n</optgroup>', name, drawn) if name else drawn


def _option(option: Mapping[str, Any]) -> SafeString:
    attributes = flatatt(option["attrs"])
    value = str(option["value"])
    return format_html('<option value="{}"{}>{}</option>', value, attributes, option["label"])
