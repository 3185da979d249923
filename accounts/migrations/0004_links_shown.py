"""A word for links of the console that sign in: a list of choices, which no database knows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_audit"),
    ]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("created", "Created"),
                    ("changed", "Changed"),
                    ("deleted", "Deleted"),
                    ("signed_in", "Signed in"),
                    ("sign_in_failed", "Sign-in failed"),
                    ("link_shown", "Link that signs in shown"),
                    ("signed_out", "Signed out"),
                    ("signed_up", "Signed up"),
                    ("password_changed", "Password changed"),
                    ("address_changed", "Address changed"),
                    ("factor_added", "Second factor or passkey added"),
                    ("factor_removed", "Second factor or passkey removed"),
                    ("linked", "Sign-in elsewhere linked"),
                    ("unlinked", "Sign-in elsewhere unlinked"),
                    ("booked", "Booked"),
                    ("edited", "Changed"),
                    ("invited", "Guests invited"),
                    ("uninvited", "Guest removed"),
                    ("cancelled", "Cancelled"),
                    ("zone_rules", "Moved by new rules of its time zone"),
                    ("following", "Changed from a date on"),
                    ("ended", "Ended"),
                    ("answered", "Answered"),
                    ("withdrawn", "Withdrawn"),
                    ("replaced", "Replaced"),
                    ("opened", "Opened"),
                    ("failed", "Could not be opened"),
                    ("moved", "Moved"),
                    ("admitted", "Let in"),
                    ("refused", "Sent away"),
                    ("removed", "Put out"),
                    ("role_given", "Role given"),
                    ("muted", "Muted"),
                    ("locked", "Locked or opened"),
                    ("recorded", "Recording begun or stopped"),
                    ("shared", "Shared with others"),
                    ("switched_off", "Switched off"),
                    ("switched_on", "Switched on"),
                    ("repaired", "Repaired"),
                    ("exported", "Taken along"),
                    ("erased", "Erased"),
                    ("expired", "Kept no longer"),
                    ("restored", "Restored from a backup"),
                    ("keys_rotated", "Keys rotated"),
                ],
                max_length=20,
                verbose_name="what",
            ),
        ),
    ]
