package out

// Fan is the tap's function.
var Fan = (*Service).fan
