"""Forms of the admin, filled in and sent."""

from django.urls import reverse


def page_of(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def typed_of(client, url) -> dict[str, object]:
    """What the form holds when nobody has touched it."""
    form = client.get(url).context["adminform"].form
    values = {field.html_name: field.value() for field in form}
    texts = {name: value for name, value in values.items() if value not in (None, False)}
    return {n: ",".join(map(str, v)) if isinstance(v, list) else v for n, v in texts.items()}


def change(client, row, **typed):
    return client.post(page_of(row), {**typed_of(client, page_of(row)), **typed}, follow=True)


def act(client, url, action, *rows, **typed):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows], **typed}
    return client.post(url, chosen, follow=True)
