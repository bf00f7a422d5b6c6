"""What an answer can show for itself, found from the question's text and the plan alone, so that it
holds for every planner: which stretch became what (`spans`), which windows of time are meant
(`windows`), what units its numbers have (`units`), where the plan goes (`steps`).

Pure. It explains a reading and never changes one.
"""
