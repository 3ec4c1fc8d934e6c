"""The engine: Django's own, a newer server demanded, and the private server started when it is wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base, features

from backend import database


class DatabaseFeatures(features.DatabaseFeatures):
    minimum_database_version = (15,)


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection; where settings name a PRIVATE_HOME its server runs afterwards, whoever asked first.

        Raises:
            database.DatabaseTrouble: the private server cannot be started; the words say why.
        """
        home = self.settings_dict.get("PRIVATE_HOME")
        if home:
            database.start(Path(home))
        return super().get_new_connection(conn_params)
