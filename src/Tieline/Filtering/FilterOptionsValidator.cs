using Microsoft.Extensions.Options;

namespace Tieline.Filtering;

internal sealed class FilterOptionsValidator : IValidateOptions<FilterOptions>
{
    public ValidateOptionsResult Validate(string? name, FilterOptions options)
    {
        var section = name ?? FilterOptions.Section;
        var errors = new ValidateOptionsResultBuilder();
        if (options.Rules.Count == 0)
        {
            errors.AddError("at least one rule is required: without any, no event is kept", $"{section}:Rules");
        }

        for (var i = 0; i < options.Rules.Count; i++)
        {
            var (rule, at) = (options.Rules[i], $"{section}:Rules:{i}");
            if (string.IsNullOrWhiteSpace(rule.Type))
            {
                errors.AddError("required: an event's type, such as conversation.state", $"{at}:Type");
            }

            AddBlank(rule.States, $"{at}:States");
            AddBlank(rule.MediaTypes, $"{at}:MediaTypes");
            AddBlank(rule.Queues, $"{at}:Queues");
        }

        return errors.Build();

        void AddBlank(IList<string> values, string key)
        {
            for (var i = 0; i < values.Count; i++)
            {
                if (string.IsNullOrWhiteSpace(values[i]))
                {
                    errors.AddError("must not be empty", $"{key}:{i}");
                }
            }
        }
    }
}
