"""The API as a competent developer writes it in an afternoon with Django REST framework's own parts.

Models on the same tables, ModelSerializers with nested claims by prefetch, PageNumberPagination,
django-filter, and the CSV renderer of djangorestframework-csv. What the register's API is measured against.
"""
