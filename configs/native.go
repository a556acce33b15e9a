package configs

import (
	"fmt"
	"strings"
)

// nativeSettings concern the platforms' own APIs. Which platforms have one is the program's knowledge, not the table's.
func nativeSettings() []Setting {
	return []Setting{
		{Name: "native", Pairs: true, Help: "platform's own API on a port of its own, P=host:port or P@PROFILE=host:port; can be repeated, or comma separated; port 0 picks a free one", parse: parseNative},
		{Name: "native_token", Pairs: true, Secret: true, Help: "credential that a platform's own API asks for, P=KEY; can be repeated, or comma separated; without one it is that of --token", parse: parseNativeTokens},
	}
}

func parseNative(c *Config, v string) error {
	c.Native = nil
	for _, item := range list(v) {
		name, addr, _ := strings.Cut(item, "=")
		platform, profile, given := strings.Cut(strings.TrimSpace(name), "@")
		if platform == "" || given && profile == "" || addr == "" {
			return fmt.Errorf("%q is not of the form PLATFORM=host:port or PLATFORM@PROFILE=host:port", item)
		}
		if err := checkAddr(strings.TrimSpace(addr)); err != nil {
			return fmt.Errorf("%s: %w", strings.TrimSpace(name), err)
		}
		c.Native = append(c.Native, Native{Platform: platform, Profile: profile, Addr: strings.TrimSpace(addr)})
	}
	return nil
}

// parseNativeTokens never repeats what it was given: the part that is wrong may be the secret.
func parseNativeTokens(c *Config, v string) error {
	c.NativeTokens = nil
	for i, item := range list(v) {
		platform, key, ok := strings.Cut(item, "=")
		platform = strings.TrimSpace(platform)
		if !ok || platform == "" {
			return fmt.Errorf("value %d is not of the form PLATFORM=KEY", i+1)
		}
		if err := checkToken(key); err != nil {
			return fmt.Errorf("value %d: its key: %w", i+1, err)
		}
		if c.NativeTokens == nil {
			c.NativeTokens = map[string]string{}
		}
		if _, twice := c.NativeTokens[platform]; twice {
			return fmt.Errorf("value %d names a platform for the second time", i+1)
		}
		c.NativeTokens[platform] = key
	}
	return nil
}
