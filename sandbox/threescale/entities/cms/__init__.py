"""The developer portal's content: sections, templates (layouts, partials, pages, built-ins) and files.

porta, app/models/cms/*, app/controllers/admin/api/cms/*. Objects have no envelope, lists are under `collection`, an
unknown parameter is refused with 422, and there is JSON only. Redirects, groups and e-mail templates have no API.
"""
