using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Tieline.Service.Configuration;

/// <summary>Runs every validator there is over every section of its type, and gathers what each says.</summary>
internal static class OptionsValidation
{
    private const string ResultPrefix = "Property ";

    // Found, not listed: a section that is added with its validator beside it is checked without anybody remembering to.
    private static readonly ILookup<Type, Type> Validators =
        new[] { typeof(Secret).Assembly, typeof(OptionsValidation).Assembly }
            .SelectMany(a => a.GetTypes())
            .Where(t => t is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false })
            .SelectMany(t => t.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IValidateOptions<>)).Select(i => (Options: i.GetGenericArguments()[0], Validator: t)))
            .ToLookup(v => v.Options, v => v.Validator);

    public static IEnumerable<ConfigurationError> Validate(TielineOptions options) => Validate(SettingShape.Root, "", options);

    private static IEnumerable<ConfigurationError> Validate(SettingShape.Section section, string at, object options)
    {
        foreach (var error in Validators[section.Type].SelectMany(v => Run(v, section.Type, at, options)))
        {
            yield return error;
        }

        foreach (var property in section.Properties)
        {
            var key = at.Length == 0 ? property.Name : $"{at}:{property.Name}";
            var value = property.Info.GetValue(options);
            var inside = property.Shape switch
            {
                SettingShape.Section inner => Validate(inner, key, value!),
                SettingShape.List { Element: SettingShape.Section element } => ((IEnumerable)value!).Cast<object>().SelectMany((item, i) => Validate(element, $"{key}:{i}", item)),
                _ => [],
            };
            foreach (var error in inside)
            {
                yield return error;
            }
        }
    }

    /// <summary>The validator's <c>name</c> is where the section stands, <c>Destinations:0</c>; it may name keys from there or from the root.</summary>
    private static IEnumerable<ConfigurationError> Run(Type validator, Type optionsType, string at, object options)
    {
        var instance = Activator.CreateInstance(validator, nonPublic: true)!;
        var method = typeof(IValidateOptions<>).MakeGenericType(optionsType).GetMethod(nameof(IValidateOptions<object>.Validate))!;
        var result = (ValidateOptionsResult)method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, [at, options], null)!;
        return (result.Failures ?? []).Select(failure => Split(failure, at));
    }

    private static ConfigurationError Split(string failure, string at)
    {
        var text = failure.StartsWith(ResultPrefix, StringComparison.Ordinal) ? failure[ResultPrefix.Length..] : failure;
        var end = text.IndexOf(": ", StringComparison.Ordinal);
        if (end < 0)
        {
            return new ConfigurationError(at, text);
        }

        var key = text[..end];
        return new ConfigurationError(at.Length == 0 || key.StartsWith(at, StringComparison.Ordinal) ? key : $"{at}:{key}", text[(end + 2)..]);
    }
}
