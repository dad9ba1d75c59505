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

        AddErrors(options.Rules, $"{section}:Rules", errors);
        return errors.Build();
    }

    /// <param name="at">Where the rules stand.</param>
    internal static void AddErrors(IList<FilterRuleOptions> rules, string at, ValidateOptionsResultBuilder errors)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            var (rule, key) = (rules[i], $"{at}:{i}");
            if (string.IsNullOrWhiteSpace(rule.Type))
            {
                errors.AddError("required: an event's type, such as conversation.state", $"{key}:Type");
            }

            AddBlank(rule.States, $"{key}:States");
            AddBlank(rule.MediaTypes, $"{key}:MediaTypes");
            AddBlank(rule.Queues, $"{key}:Queues");
        }

        void AddBlank(IList<string> values, string list)
        {
            for (var i = 0; i < values.Count; i++)
            {
                if (string.IsNullOrWhiteSpace(values[i]))
                {
                    errors.AddError("must not be empty", $"{list}:{i}");
                }
            }
        }
    }
}
