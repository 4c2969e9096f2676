"""Classroom: does the server hold the class, and how does a class come here?"""

from ladder.ui.frame import open_classroom

open_classroom()

from ladder.ui.classroom import classroom

classroom()
