from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0012_shipments'),
    ]

    operations = [
        ValidateConstraint(model_name='orderline', name='orders_orderline_shipped_at_most_all'),
        ValidateConstraint(model_name='orderline', name='orders_orderline_sent_back_at_most_shipped'),
    ]
