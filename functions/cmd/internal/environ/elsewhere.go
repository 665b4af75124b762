package environ

// Elsewhere returns which functions are not for the process with a FUNCTION_TARGET: all
// but the target, and none where the process is everything.
func Elsewhere(target string) func(subscription string) bool {
	if target == "" {
		return nil
	}
	return func(subscription string) bool { return subscription != target }
}
