"""How a field is drawn: which shape it has, and what describes it to a screen reader."""

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def kind_of_field(field: BoundField) -> str:
    """`check`, `choices` (radio buttons or check boxes) or `plain`."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "plain"


@register.filter
def is_optional(field: BoundField) -> bool:
    """Whether it may stay empty: a list or radio buttons always have something chosen."""
    widget = field.field.widget
    is_chosen = isinstance(widget, forms.Select | forms.RadioSelect)
    chooses_several = getattr(widget, "allow_multiple_selected", False)
    return not field.field.required and (chooses_several or not is_chosen)


@register.filter
def described(field: BoundField) -> SafeString:
    """The control, tied to its help text and its first error."""
    attrs: dict[str, str | bool] = {}
    notes = [f"{field.auto_id}_helptext"] if field.help_text else []
    if field.errors:
        notes.append(f"{field.auto_id}_error")
        attrs["aria-invalid"] = "true"
    if notes:
        attrs["aria-describedby"] = " ".join(notes)
    return field.as_widget(attrs=attrs)
