'use strict';
// As Django's own script, but what is typed is sent in the body with the form's token: names stand in no address.
{
    const $ = django.jQuery;
    $(function() {
        $('.admin-autocomplete').each(function(i, element) {
            $(element).select2({
                minimumInputLength: 1,
                ajax: {
                    data: (params) => ({
                        term: params.term,
                        page: params.page || 1,
                        app_label: element.dataset.appLabel,
                        model_name: element.dataset.modelName,
                        field_name: element.dataset.fieldName,
                        csrfmiddlewaretoken: element.form.querySelector('[name=csrfmiddlewaretoken]').value
                    })
                }
            });
        });
    });
}
