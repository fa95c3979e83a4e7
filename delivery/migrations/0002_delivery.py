"""A letter becomes a delivery, which may be an e-mail or something else. The table keeps its name.

Old processes write e-mails as they did: what they do not know has a default. Django renames the content type along, and
with it the admin log; permissions keep their rows, and so do the roles that have them.
"""

from django.db import migrations, models

reviewed = """
    RenameModel: the table keeps its name, so nothing is done to it
    AlterField: the column is a varchar(254) before and after; the others are help texts
    RunSQL: it changes four rows of a small table
"""

_RENAME = """
    UPDATE auth_permission
       SET codename = replace(codename, '{was}', '{to}'), name = replace(name, '{was}', '{to}')
     WHERE content_type_id IN (SELECT id FROM django_content_type WHERE app_label = 'delivery')
       AND codename LIKE '%\\_{was}'
"""


class Migration(migrations.Migration):

    dependencies = [
        ("delivery", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RenameModel("Letter", "Delivery"),
        migrations.AlterModelOptions(
            name='delivery',
            options={'ordering': ['-id'], 'verbose_name_plural': 'deliveries'},
        ),
        migrations.RunSQL(_RENAME.format(was="letter", to="delivery"), _RENAME.format(was="delivery", to="letter")),
        migrations.AddField(
            model_name='delivery',
            name='channel',
            field=models.CharField(db_default='email', help_text='How it travels: email, web.', max_length=30),
        ),
        migrations.AddField(
            model_name='delivery',
            name='receiver',
            field=models.CharField(db_default='email', help_text='Who is asked to take it. A slow one delays no other.', max_length=254),
        ),
        migrations.AddField(
            model_name='delivery',
            name='payload',
            field=models.JSONField(blank=True, help_text='What a channel other than e-mail sends, and where to.', null=True),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='dedupe_key',
            field=models.CharField(help_text='A second one of the same key is not written.', max_length=200, unique=True),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='text',
            field=models.TextField(blank=True, help_text='Forgotten once it is sent, and so are the HTML and the payload.'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='to',
            field=models.CharField(help_text='An e-mail address, or the host of a web address.', max_length=254),
        ),
    ]
