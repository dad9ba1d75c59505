namespace Tieline.Simulator;

/// <summary>What the simulator plants, and how to find it again in whatever must be free of it.</summary>
public static class PersonalData
{
    /// <summary>Every personal string the simulator plants contains at least one of these. Search by ordinal, case-sensitive comparison:
    /// no id, number or timestamp the simulator makes can be taken for one.</summary>
    public static IReadOnlyList<string> Markers { get; } = ["Example", "example", "+1555", "15550100", "ending 4242", "AC-100"];

    internal static readonly string[] FirstNames =
    [
        "Dana", "Robin", "Mia", "Alex", "Sam", "Bea", "Kim", "Noor", "Ines", "Jonas", "Chidi", "Yuki", "Zoë", "Łukasz", "José", "Anaïs",
    ];

    internal static readonly string[] Notes = ["card ending 4242", "asked for a refund, card ending 4242", "vip, card ending 4242"];

    /// <summary>The members of a participant that hold personal data; <c>identity</c> does in about one participant of ten.</summary>
    internal static readonly string[] Members = ["name", "address", "phoneNumber", "email", "attributes"];
}
