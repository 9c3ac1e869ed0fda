"""What a browser would send back of a form, as the page has filled it in."""

from html.parser import HTMLParser


class Form(HTMLParser):
    """The form that has `mark` in its opening tag: `fields` by name, the last of a name counts."""

    def __init__(self, html, mark):
        super().__init__()
        self.mark, self.fields, self.inside = mark, {}, False
        self.select = self.textarea = None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.inside = self.mark in self.get_starttag_text()
        elif self.inside and tag == "input":
            self.read_input(values)
        elif self.inside and tag == "select":
            self.select = values["name"]
        elif self.inside and tag == "option" and self.select and "selected" in values:
            self.fields[self.select] = values.get("value")
        elif self.inside and tag == "textarea":
            self.textarea = values["name"]
            self.fields[self.textarea] = ""

    def read_input(self, values):
        is_box = values.get("type") in ("radio", "checkbox")
        if "name" in values and ("checked" in values or not is_box):
            self.fields[values["name"]] = values.get("value", "on" if is_box else "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.textarea = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data):
        if self.textarea:
            self.fields[self.textarea] += data.removeprefix("\n")
        elif self.select and self.fields.get(self.select, "") is None:
            # an option without a value is its own words
            self.fields[self.select] = data


def fields_of(response, mark='id="wizard"'):
    return Form(response.content.decode(), mark).fields
