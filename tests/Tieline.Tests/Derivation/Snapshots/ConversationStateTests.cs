using System.Text;
using Tieline.Derivation;

namespace Tieline.Tests.Derivation;

public sealed class ConversationStateTests
{
    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("not JSON")]
    [InlineData("""{"v":1,"id":"c1","legs":[]}""")]
    [InlineData("""{"v":2,"id":"c1","legs":[],"told":[]}""")]
    [InlineData("""{"v":1,"id":"c1","legs":null,"told":[]}""")]
    [InlineData("""{"v":1,"id":null,"legs":[],"told":[]}""")]
    [InlineData("""{"v":1,"id":"c1","legs":[null],"told":[]}""")]
    [InlineData("""{"v":1,"id":"c1","legs":[],"told":["AAAA"]}""")]
    [InlineData("""{"v":1,"id":"c1","legs":[],"told":["?"]}""")]
    [InlineData("""{"v":1,"id":"c1","legs":[],"told":[],"heard":99999999999999999}""")]
    [InlineData("""{"v":1,"id":"c1","legs":[{"tc":"soon"}],"told":[]}""")]
    [InlineData("""{"v":1,"id":"c1","legs":[{"wt":-1}],"told":[]}""")]
    [InlineData("""{"v":1,"id":"c1","legs":[],"told":[],"news":1}""")]
    [InlineData("""{"v":1,"id":"\ud800","legs":[],"told":[]}""")]
    public void TryRead_WhatWeDidNotWrite_IsRefused(string text)
    {
        ConversationState.TryRead(Encoding.UTF8.GetBytes(text), out var state).ShouldBeFalse();
        state.ShouldBeNull();
    }

    [Fact]
    public void Write_IsShort()
    {
        var play = SnapshotPlay.Of(new SnapshotScript("customer voice | 0/0/60 endpoint\nacd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/60.01 peer acw70"));
        play.State!.Write().Length.ShouldBeLessThan(600);
    }
}
