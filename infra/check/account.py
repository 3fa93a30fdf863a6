"""What there is after `terraform apply`."""

from dataclasses import dataclass


@dataclass
class Resource:
    address: str
    type: str
    name: str
    key: str | None
    values: dict


class Account:
    """The resources of one root, those of its modules included."""

    def __init__(self, shown):
        self.resources = []
        self.checks = shown.get("checks", [])
        self._take(shown["values"]["root_module"])

    def _take(self, module):
        for it in module.get("resources", []):
            if it["mode"] == "managed":
                self.resources.append(Resource(it["address"], it["type"], it["name"], it.get("index"), it["values"]))
        for child in module.get("child_modules", []):
            self._take(child)

    def all(self, type, name=None):
        return [it for it in self.resources if it.type == type and name in (None, it.name)]

    def one(self, type, name, key=None):
        found = [it for it in self.all(type, name) if it.key == key]
        return found[0] if found else None
