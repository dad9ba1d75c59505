using Tieline.Events;

namespace Tieline.Journal;

/// <summary>What <see cref="FactMatch"/> found for one fact.</summary>
/// <param name="Entry">What the journal has for it: the same fact, or the end that it conflicts with. Null for a new one, and where the other end came with it.</param>
/// <param name="Id">Of a new fact: the id that it goes out under. It differs from the fact's own where another end of the conversation has that.</param>
internal readonly record struct FactFate(FactVerdict Verdict, KnownFact? Entry, EventId Id = default);
