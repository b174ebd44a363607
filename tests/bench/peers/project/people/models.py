from django.db import models


class Person(models.Model):
    """As much about a person as the engine's request carries."""

    user_id = models.CharField(max_length=200)
    email = models.CharField(max_length=320)
    name = models.CharField(max_length=200)
    plan = models.CharField(max_length=40)
    points = models.IntegerField()
    city = models.CharField(max_length=80)
    message = models.TextField()

    def __str__(self):
        return self.name
