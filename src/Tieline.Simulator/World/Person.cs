namespace Tieline.Simulator.World;

/// <summary>Who a participant is: what a frame and a record of the same conversation must agree on.</summary>
internal sealed record Person
{
    /// <summary>A UUID; in a conversation its first eight digits are those of the conversation.</summary>
    public string Id { get; init; } = "";

    /// <summary>Mostly an id; a name, number or address in one of ten.</summary>
    public string Identity { get; init; } = "";

    public string Name { get; init; } = "";

    public string Phone { get; init; } = "";

    public string Email { get; init; } = "";

    public string Account { get; init; } = "";

    public string Note { get; init; } = "";

    /// <param name="conversation">The conversation's id.</param>
    public string IdIn(string conversation) => conversation[..ParticipantText.IdPatch] + Id[ParticipantText.IdPatch..];
}
