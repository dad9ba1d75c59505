using System.Text.RegularExpressions;

namespace Tieline.Http;

/// <summary>Tells error codes from all other text, by the words they are made of. Pure.</summary>
/// <remarks>A shape cannot do it: <c>JOHN_SMITH</c> looks like a code. So a code is a short number, or consists of words of this list, at least one of which names a fault.
/// A word that is not in the list makes the whole text unknown: nothing of it is kept (ADR 52).</remarks>
internal static partial class CodeWords
{
    private const int MaxLength = 100;

    private const int MatchMs = 500;

    /// <summary>Words that name a fault.</summary>
    private static readonly HashSet<string> _faults = SetOf(
        """
        aborted already bad blocked canceled cancelled cannot conflict conflicts corrupt denied deprecated disabled duplicate duplicated error errors exceeded exceeds exception exhausted exists expired
        fail failed failure failures fault faults forbidden illegal incompatible incorrect insufficient invalid locked malformed mandatory mismatch missing no not obsolete overflow overloaded refused rejected
        required suspended throttled timeout too unable unauthenticated unauthorized unavailable unexpected unknown unprocessable unrecognized unsupported violation violations wrong
        """);

    /// <summary>Words of programs that may stand beside them.</summary>
    private static readonly HashSet<string> _others = SetOf(
        """
        a access account action after allowed analytics an any api app application argument arguments array attempt attempts attribute attributes authentication authenticated authorization authorized batch be body boolean
        call calls channel channels character characters client code column columns component concurrent configuration connection constraint contact content conversation count create created credential credentials custom
        customer daily data database date deadlock delete deleted dependency division domain duration element email empty endpoint entity entry event events external feature field fields file filter for format found
        gateway grant header headers host http id identifier in index input integer integrity internal interval is json key large length limit limits lock logic login long lookup many maximum media member message
        method minimum model module more name network null number object objects occurred of on one only operation or org organization owner page parameter parameters parse password payload permission
        permissions policy precondition privilege privileges process processing property properties protocol provided query queue quota range rate read record records reference referenced request requests resource
        resources retry response restricted result role row rule schema scope scopes secret server service session short size state status storage string subscription syntax system table task template temporarily
        tenant text the this ticket time timed to token topic topics transaction transform trigger type unique update upsert uri url usage used user username validate validation value values version was web webhook with
        write xml
        """);

    /// <param name="text">The value of a member that may hold a code.</param>
    /// <returns>The code: <paramref name="text"/>, of a URI its last part. Null where it is none, or might be anything else.</returns>
    public static string? CodeIn(string text)
    {
        if (text.Length is 0 or > MaxLength)
            return null;
        if (Number().IsMatch(text))
            return text;
        var last = Uri().Match(text) is { Success: true } uri ? uri.Groups["last"].Value : text;
        return IsMadeOfWords(last) ? last : null;
    }

    private static bool IsMadeOfWords(string text)
    {
        if (!Words().IsMatch(text))
            return false;
        var namesFault = false;
        foreach (var match in Word().EnumerateMatches(text))
        {
            var word = text.Substring(match.Index, match.Length);
            var isFault = _faults.Contains(word);
            if (!isFault && !_others.Contains(word))
                return false;
            namesFault |= isFault;
        }

        return namesFault;
    }

    private static HashSet<string> SetOf(string words) => new(words.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);

    /// <summary>A number of at most five digits, and Windows's kind of error number.</summary>
    [GeneratedRegex(@"^(?:[0-9]{1,5}|0x8[0-9A-Fa-f]{7})\z", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex Number();

    /// <summary>As problem documents have it (RFC 9457).</summary>
    [GeneratedRegex(@"^(?:https?|urn):\S*[/:#](?<last>[A-Za-z_.-]+)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchMs)]
    private static partial Regex Uri();

    [GeneratedRegex(@"^[A-Za-z](?:[ _.:-]?[A-Za-z])*\.?\z", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex Words();

    /// <summary>One of <c>RATE_LIMITS</c>, <c>rateLimits</c>, <c>invalidJSONBody</c>.</summary>
    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex Word();
}
