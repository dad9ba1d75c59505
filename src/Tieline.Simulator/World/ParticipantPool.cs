using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tieline.Simulator.World;

/// <summary>A participant as JSON bytes; the first eight digits of its id are patched with the conversation's.</summary>
internal sealed record ParticipantText(byte[] Json, Person Person)
{
    public const string IdPrefix = "{\"id\":\"";
    public const int IdOffset = 7;
    public const int IdPatch = 8;
}

/// <summary>Customers, agents and queues that conversations draw from, rendered once: a frame is then a few copies.</summary>
internal sealed class ParticipantPool
{
    private const int CustomerCount = 512;
    private const int AgentCount = 96;

    // The queue's own participant is always structural, so the others carry a little more than one in ten.
    private const double PersonalIdentity = 0.13;

    private static readonly string[] QueueNames =
    [
        "Sales", "Billing", "Support", "Returns", "Claims", "Retention", "Orders", "Technical", "Complaints", "Contracts", "Deliveries", "Service",
    ];

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dice _dice;
    private readonly string _canary;

    public ParticipantPool(Dice dice, string? canary)
    {
        _dice = dice;
        _canary = string.IsNullOrEmpty(canary) ? "" : " " + canary;
        Canary = string.IsNullOrEmpty(canary) ? null : canary;
        CanaryWord = Canary is null ? null : new string([.. Canary.Where(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-').Take(64)]) is { Length: > 0 } word ? word : "canary";
        QueueIds = QueueNames.Select(_ => Encoding.ASCII.GetBytes(dice.Uuid().ToString())).ToArray();
        Queues = QueueIds.Select((id, i) => Render("acd", new Person { Identity = Encoding.ASCII.GetString(id), Name = QueueNames[i] }, null)).ToArray();
        Customers = Enumerable.Range(0, CustomerCount).Select(_ => Customer()).ToArray();
        Agents = Enumerable.Range(0, AgentCount).Select(_ => Agent()).ToArray();
        Longest = Customers.Concat(Agents).Concat(Queues).Max(p => p.Json.Length);
    }

    /// <summary>The text that a stranger is made of, who takes part in every conversation and does nothing; null: there is none.</summary>
    public string? Canary { get; }

    /// <summary><see cref="Canary"/> as it can stand where a word does.</summary>
    public string? CanaryWord { get; }

    public ParticipantText[] Customers { get; }

    public ParticipantText[] Agents { get; }

    public ParticipantText[] Queues { get; }

    public byte[][] QueueIds { get; }

    public int Longest { get; }

    private ParticipantText Customer()
    {
        var person = MakePerson();
        person = person with
        {
            Identity = PersonalOr(person, () => _dice.Below(3) switch
            {
                0 => $"ext-contact-{1000 + _dice.Below(9000)}",
                _ => _dice.Uuid().ToString(),
            }),
        };
        var address = Address(person);
        person = person with { Account = $"AC-100{_dice.Below(100):00}" };
        person = person with { Note = _dice.Of(PersonalData.Notes) + _canary };
        return Render("customer", person, new
        {
            name = person.Name,
            address,
            phoneNumber = person.Phone,
            email = person.Email,
            attributes = new { accountNumber = person.Account, note = person.Note },
        });
    }

    private ParticipantText Agent()
    {
        var person = MakePerson();
        person = person with
        {
            Identity = PersonalOr(person, () => _dice.Below(3) switch
            {
                0 => $"user-{_dice.Below(0x10000):x4}",
                1 => $"user:{_dice.Uuid()}",
                _ => _dice.Uuid().ToString(),
            }),
        };
        return _dice.Chance(0.25)
            ? Render("agent", person, new { name = person.Name, address = $"sip:{person.Email}" })
            : Render("agent", person, new { name = person.Name });
    }

    private Person MakePerson()
    {
        var first = _dice.Of(PersonalData.FirstNames);
        var number = _dice.Below(1000);
        // The local part is ASCII, as in most real addresses; the name is not always.
        var local = new string(first.ToLowerInvariant().Where(char.IsAsciiLetter).ToArray());
        return new Person { Name = $"{first} Example{_canary}", Phone = $"+15550100{number:000}", Email = $"{local}.example@example.com" };
    }

    private string Address(Person person) => _dice.Below(5) switch
    {
        0 => $"sip:{person.Email}",
        1 => person.Email,
        _ => $"tel:{person.Phone}",
    };

    private string PersonalOr(Person person, Func<string> structural) =>
        !_dice.Chance(PersonalIdentity) ? structural() : _dice.Below(5) switch
        {
            0 => person.Email,
            1 => person.Phone,
            2 => $"tel:{person.Phone}",
            3 => $"sip:{person.Email}",
            _ => person.Name,
        };

    private ParticipantText Render(string role, Person person, object? personal)
    {
        person = person with { Id = _dice.Uuid().ToString() };
        var text = $"{ParticipantText.IdPrefix}{person.Id}\",\"role\":\"{role}\",\"identity\":{JsonSerializer.Serialize(person.Identity, Json)}";
        text += personal is null ? "}" : "," + JsonSerializer.Serialize(personal, Json)[1..];
        if (Canary is not null && role == "customer")
        {
            text += "," + JsonSerializer.Serialize(new { id = Canary, role = CanaryWord, identity = Canary, name = Canary, email = Canary, phoneNumber = Canary, address = Canary, attributes = new { note = Canary } }, Json);
        }
        return new ParticipantText(Encoding.UTF8.GetBytes(text), person);
    }
}
