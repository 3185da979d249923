"""English is read all over the world: the day comes first, and months have names."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "g:i A"
DATETIME_FORMAT = "j F Y, g:i A"
MONTH_DAY_FORMAT = "j F"
FIRST_DAY_OF_WEEK = 1  # weeks of a series begin on Monday
