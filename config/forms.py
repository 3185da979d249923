"""How every form of ours is drawn."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Fields by one template of ours: label, control, help, error, tied together for readers."""

    field_template_name = "components/form/field.html"
    form_template_name = "components/form/form.html"
